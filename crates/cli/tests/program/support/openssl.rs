//! Keys and certificates made by OpenSSL.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use super::Home;

pub(crate) fn openssl(arguments: &[&str], directory: &Path) -> Vec<u8> {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(directory)
        .output()
        .expect("the openssl command is installed");
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// An application's key and certificate.
pub(crate) struct Identity {
    /// The certificate alone, DER.
    pub(crate) certificate: Vec<u8>,
    /// Key and certificate, PEM, without a password.
    pub(crate) pem: Vec<u8>,
    pfx: Vec<u8>,
}

static SHARED: LazyLock<Identity> = LazyLock::new(|| Identity::ending_in(90));

impl Identity {
    /// The password of the files that have one.
    pub(crate) const PASSWORD: &str = "pfx p4ssw0rd";

    /// The one identity of this test program: RSA keys take time.
    pub(crate) fn shared() -> &'static Self {
        &SHARED
    }

    /// One whose certificate ends after that many days.
    pub(crate) fn ending_in(days: u32) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| openssl(arguments, directory.path());
        run(&[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=app",
            "-days",
            &days.to_string(),
            "-keyout",
            "key.pem",
            "-out",
            "certificate.pem",
        ]);
        let read = |name: &str| std::fs::read(directory.path().join(name)).unwrap();
        run(&[
            "pkcs12",
            "-export",
            "-inkey",
            "key.pem",
            "-in",
            "certificate.pem",
            "-out",
            "app.pfx",
            "-passout",
            &format!("pass:{}", Self::PASSWORD),
        ]);
        Self {
            certificate: run(&["x509", "-in", "certificate.pem", "-outform", "DER"]),
            pem: [read("key.pem"), read("certificate.pem")].concat(),
            pfx: read("app.pfx"),
        }
    }

    /// The PEM file, put in that home.
    pub(crate) fn pem_in(&self, home: &Home) -> PathBuf {
        home.put("app.pem", &self.pem)
    }

    /// The same as a PFX file with the password.
    pub(crate) fn pfx_in(&self, home: &Home) -> PathBuf {
        home.put("app.pfx", &self.pfx)
    }
}
