//! Keys and certificates made by OpenSSL.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

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

/// An application's certificate and its files.
pub(crate) struct Identity {
    directory: TempDir,
    /// The certificate alone, DER.
    pub(crate) certificate: Vec<u8>,
}

static SHARED: LazyLock<Identity> = LazyLock::new(Identity::new);

impl Identity {
    /// The password of the files that have one.
    pub(crate) const PASSWORD: &str = "pfx p4ssw0rd";

    /// The one identity of this test program: RSA keys take time.
    pub(crate) fn shared() -> &'static Self {
        &SHARED
    }

    fn new() -> Self {
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
            "30",
            "-keyout",
            "key.pem",
            "-out",
            "certificate.pem",
        ]);
        let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
        let both = read("key.pem") + &read("certificate.pem");
        std::fs::write(directory.path().join("app.pem"), both).unwrap();
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
        let certificate = run(&["x509", "-in", "certificate.pem", "-outform", "DER"]);
        Self {
            directory,
            certificate,
        }
    }

    /// Key and certificate, PEM, without a password.
    pub(crate) fn pem(&self) -> PathBuf {
        self.directory.path().join("app.pem")
    }

    /// The same as PFX, with the password.
    pub(crate) fn pfx(&self) -> PathBuf {
        self.directory.path().join("app.pfx")
    }
}
