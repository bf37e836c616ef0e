//! Exports made by `tests/peers/python/dotnet_tool.py`, and changed ones.

use std::path::PathBuf;

use model::AuthMethod;
use model::Flow;
use proptest::prelude::*;

use super::*;

fn fixture(name: &str) -> Vec<u8> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dotnet");
    std::fs::read(directory.join(name)).unwrap()
}

fn export(name: &str) -> DotnetExport {
    DotnetExport::parse(&fixture(name)).unwrap().unwrap()
}

fn passphrase() -> Passphrase {
    Passphrase::from("correct horse battery".to_owned())
}

fn open(name: &str) -> Result<DotnetContents, BundleError> {
    export(name).open(&passphrase())
}

#[test]
fn what_comes_out_is_what_went_in() {
    for name in ["secret.export", "secret-indented.export"] {
        let contents = open(name).unwrap();
        assert_eq!(
            contents.exported_at.as_deref(),
            Some("2024-05-06T07:08:09Z")
        );
        let profiles: Vec<Profile> = serde_json::from_slice(&fixture("profiles.json")).unwrap();
        assert_eq!(contents.profile, profiles[0]);
        assert_eq!(contents.profile.auth_method, AuthMethod::ClientSecret);
        assert_eq!(contents.profile.default_flow, Some(Flow::ClientCredentials));
        let [secret] = &contents.secrets[..] else {
            panic!("{:?}", contents.secrets);
        };
        assert_eq!(secret.kind, SecretKind::ClientSecret);
        assert_eq!(secret.value.as_bytes(), fixture("app.secret"));
    }
    let contents = open("certificate.export").unwrap();
    assert!(contents.profile.cache_certificate_password);
    let [secret] = &contents.secrets[..] else {
        panic!("{:?}", contents.secrets);
    };
    assert_eq!(secret.kind, SecretKind::CertificatePassword);
    assert_eq!(secret.value.as_bytes(), fixture("certificate.password"));
}

#[test]
fn a_secret_is_not_shown() {
    let shown = format!("{:?}", open("secret.export").unwrap());
    assert!(!shown.contains("s3cr"), "{shown}");
}

#[test]
fn what_the_dotnet_tool_never_writes_is_refused_in_the_same_words() {
    for name in [
        "unknown-field.refused",
        "numbered-method.refused",
        "bad-name.refused",
        "control-character.refused",
        "two-profiles.refused",
        "secret-twice.refused",
    ] {
        let error = open(name).unwrap_err();
        assert!(matches!(error, BundleError::DotnetUnreadable), "{name}");
    }
    let wrong = export("secret.export").open(&Passphrase::from("wrong".to_owned()));
    assert!(matches!(wrong, Err(BundleError::DotnetUnreadable)));
}

#[test]
fn the_shape_tells() {
    let whole = fixture("secret.export");
    let parse = |bytes: &[u8]| DotnetExport::parse(bytes);
    for cut in [1, 4, 20] {
        let error = parse(&whole[..whole.len() - cut]);
        assert!(matches!(error, Err(BundleError::CutShort)), "{cut}");
    }
    let mut lines = whole.clone();
    lines.insert(76, b'\n');
    lines.extend_from_slice(b"\r\n");
    assert!(parse(&lines).unwrap().is_some());
    for other in [
        &b""[..],
        b"hello",
        b"[]",
        b"{\"a\": \"....................................................\"}",
    ] {
        assert!(parse(other).unwrap().is_none());
    }
    let large = vec![b'A'; SIZE_LIMIT + 4];
    assert!(matches!(parse(&large), Err(BundleError::TooLarge)));
}

/// Deriving the key is slow, and a changed salt only makes another key.
#[test]
fn a_changed_salt_is_an_error() {
    let whole = export("secret.export");
    for at in [0, 31] {
        let mut salt = whole.salt;
        salt[at] ^= 1;
        let changed = DotnetExport {
            salt,
            iv: whole.iv,
            ciphertext: whole.ciphertext.clone(),
        };
        let error = changed.open(&passphrase()).unwrap_err();
        assert!(matches!(error, BundleError::DotnetUnreadable), "{at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// 125 changes each of the IV or the ciphertext: a byte, two blocks swapped, blocks cut off or
    /// repeated.
    #[test]
    fn a_thousand_changes_are_errors_or_change_nothing(
        changes in prop::collection::vec((0_u8..5, any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1_u8..), 125),
    ) {
        for name in ["secret.export", "secret-indented.export"] {
            let whole = export(name);
            let key = key(&passphrase(), &whole.salt);
            let expected = whole.open_with(&key).unwrap();
            for (how, first, second, flip) in &changes {
                let changed = changed(&whole, *how, *first, *second, *flip);
                match changed.open_with(&key) {
                    Ok(contents) => prop_assert_eq!(&contents, &expected),
                    Err(error) => prop_assert!(matches!(error, BundleError::DotnetUnreadable)),
                }
            }
        }
    }
}

fn changed(
    whole: &DotnetExport,
    how: u8,
    first: prop::sample::Index,
    second: prop::sample::Index,
    flip: u8,
) -> DotnetExport {
    let mut iv = whole.iv;
    let mut blocks: Vec<Vec<u8>> = whole
        .ciphertext
        .chunks(BLOCK_LENGTH)
        .map(<[u8]>::to_vec)
        .collect();
    let (one, other) = (first.index(blocks.len()), second.index(blocks.len()));
    match how {
        0 => iv[first.index(IV_LENGTH)] ^= flip,
        1 => blocks[one][second.index(BLOCK_LENGTH)] ^= flip,
        2 => blocks.swap(one, other),
        3 => blocks.truncate(one),
        _ => blocks.insert(one, blocks[other].clone()),
    }
    DotnetExport {
        salt: whole.salt,
        iv,
        ciphertext: blocks.concat(),
    }
}
