//! Keys and certificates made by OpenSSL in a directory of their own.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use model::Timestamp;
use protocol::certificate;
use protocol::certificate::CertificateError;

/// Keys and certificates that all the files are made of, made once.
pub(crate) struct Workshop {
    directory: tempfile::TempDir,
    /// A moment at which the certificates are valid, from one of them.
    pub(crate) now: Timestamp,
}

/// All the files are made of what is in here.
pub(crate) static WORKSHOP: LazyLock<Workshop> = LazyLock::new(|| {
    let directory = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let workshop = Workshop {
        directory,
        now: Timestamp::from_unix_seconds(0),
    };
    for (name, bits) in [
        ("leaf", 2048),
        ("other", 2048),
        ("weak", 1024),
        ("root", 2048),
    ] {
        let key = format!("{name}.key");
        workshop.run(&[
            "genpkey",
            "-quiet",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            &format!("rsa_keygen_bits:{bits}"),
            "-out",
            &key,
        ]);
        if name != "leaf" {
            workshop.self_signed(&key, &format!("/CN={name}"), &format!("{name}.crt"));
        }
    }
    workshop.run(&[
        "genpkey",
        "-quiet",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        "ec.key",
    ]);
    workshop.self_signed("ec.key", "/CN=ec", "ec.crt");
    workshop.run(&[
        "req",
        "-new",
        "-key",
        "leaf.key",
        "-subj",
        "/O=Contoso/CN=leaf",
        "-out",
        "leaf.csr",
    ]);
    workshop.run(&[
        "x509",
        "-req",
        "-in",
        "leaf.csr",
        "-CA",
        "root.crt",
        "-CAkey",
        "root.key",
        "-CAcreateserial",
        "-days",
        "30",
        "-out",
        "leaf.crt",
    ]);
    let probe = workshop.joined(&["leaf.key", "leaf.crt"]);
    let error = certificate::load(&probe, None, Timestamp::from_unix_seconds(0)).unwrap_err();
    let CertificateError::NotYetValid { not_before, .. } = error else {
        panic!("{error}");
    };
    Workshop {
        now: not_before.plus(Duration::from_hours(1)),
        ..workshop
    }
});

impl Workshop {
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.directory.path().join(name)).unwrap()
    }

    pub(crate) fn joined(&self, names: &[&str]) -> Vec<u8> {
        names.iter().flat_map(|name| self.read(name)).collect()
    }

    /// Runs `openssl` where the files are.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        run_in(self.directory.path(), arguments)
    }

    pub(crate) fn self_signed(&self, key: &str, subject: &str, certificate: &str) {
        self.run(&[
            "req",
            "-x509",
            "-new",
            "-key",
            key,
            "-subj",
            subject,
            "-days",
            "30",
            "-out",
            certificate,
        ]);
    }

    /// A file of its own for each test: they run at the same time.
    pub(crate) fn made(&self, name: &str, arguments: &[&str]) -> Vec<u8> {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["-out", name]).collect();
        self.run(&arguments);
        self.read(name)
    }

    pub(crate) fn pfx(&self, name: &str, password: &str, further: &[&str]) -> Vec<u8> {
        let pass = format!("pass:{password}");
        let mut arguments = vec![
            "pkcs12", "-export", "-inkey", "leaf.key", "-in", "leaf.crt", "-passout", &pass,
        ];
        arguments.extend(further);
        self.made(name, &arguments)
    }
}

fn run_in(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(directory)
        .output()
        .expect("openssl runs");
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
