use model::AuthMethod;
use model::ClientId;
use model::Destination;
use model::Profile;
use model::ProfileName;
use proptest::prelude::*;

use super::*;
use crate::bundle::BundledProfile;
use crate::bundle::BundledSecret;
use crate::secrets::SecretKind;

const CHEAP: Cost = Cost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

fn passphrase(text: &str) -> Passphrase {
    Passphrase::from(text.to_owned())
}

fn bundle() -> Bundle {
    let name = ProfileName::parse("sp").unwrap();
    Bundle {
        exported_at: Some("2026-01-01T00:00:00Z".to_owned()),
        profiles: vec![BundledProfile {
            profile: Profile::new(name, AuthMethod::ClientSecret),
            secrets: vec![BundledSecret {
                kind: SecretKind::ClientSecret,
                destination: Destination {
                    authority: "https://login.microsoftonline.com".to_owned(),
                    tenant: "contoso.com".to_owned(),
                    client_id: ClientId::parse("c").unwrap(),
                },
                value: Zeroizing::new("hush".to_owned()),
            }],
        }],
    }
}

fn sealed() -> Vec<u8> {
    let contents = contents::write(&bundle()).unwrap();
    seal(&contents, &passphrase("correct horse"), CHEAP).unwrap()
}

/// The file as somebody would leave it who makes a checksum of their own.
fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - CHECKSUM_LENGTH);
    let checksum = digest::digest(&digest::SHA256, &bytes);
    bytes.extend_from_slice(checksum.as_ref());
    bytes
}

fn open(bytes: &[u8], text: &str) -> Result<Bundle, BundleError> {
    SealedBundle::parse(bytes)?.open(&passphrase(text))
}

#[test]
fn the_passphrase_opens_what_it_sealed() {
    let bytes = sealed();
    assert_eq!(open(&bytes, "correct horse").unwrap(), bundle());
    for readable in [&b"hush"[..], b"contoso", b"sp\""] {
        assert!(!bytes.windows(readable.len()).any(|part| part == readable));
    }
    assert_ne!(sealed(), sealed());
}

#[test]
fn each_fault_has_an_error_of_its_own() {
    let whole = sealed();
    assert!(matches!(
        open(&whole, "battery"),
        Err(BundleError::WrongPassphrase)
    ));

    let last_sealed = whole.len() - CHECKSUM_LENGTH - 1;
    let mut changed = whole.clone();
    changed[last_sealed] ^= 1;
    assert!(matches!(
        open(&changed, "correct horse"),
        Err(BundleError::Damaged)
    ));
    let changed = with_checksum(changed);
    assert!(matches!(
        open(&changed, "correct horse"),
        Err(BundleError::Tampered)
    ));

    let mut newer = whole.clone();
    newer[9] = 2;
    assert!(matches!(
        open(&newer, "x"),
        Err(BundleError::Newer { found: 2 })
    ));

    let mut longer = whole.clone();
    longer.push(0);
    assert!(matches!(open(&longer, "x"), Err(BundleError::Damaged)));

    for length in 1..whole.len() {
        assert!(is_sealed(&whole[..length]));
        let cut = open(&whole[..length], "correct horse");
        assert!(
            matches!(cut, Err(BundleError::CutShort)),
            "{length}: {cut:?}"
        );
    }
}

#[test]
fn what_a_file_may_ask_for_is_limited_before_it_is_given() {
    for (at, number) in [(10, (1_u32 << 20) + 1), (10, u32::MAX), (14, 11), (18, 17)] {
        let mut greedy = sealed();
        greedy[at..at + 4].copy_from_slice(&number.to_be_bytes());
        let refused = SealedBundle::parse(&with_checksum(greedy));
        assert!(
            matches!(refused, Err(BundleError::ExcessiveCost { .. })),
            "{at}: {number}: {refused:?}"
        );
    }
    let mut idle = sealed();
    idle[14..18].copy_from_slice(&0_u32.to_be_bytes());
    let refused = SealedBundle::parse(&with_checksum(idle));
    assert!(
        matches!(refused, Err(BundleError::Contents(_))),
        "{refused:?}"
    );
    let mut endless = sealed();
    endless[82..90].copy_from_slice(&u64::MAX.to_be_bytes());
    assert!(matches!(
        SealedBundle::parse(&endless),
        Err(BundleError::CutShort)
    ));
}

/// Every header byte and every sealed byte in turn, with a checksum that fits: the seal itself
/// must hold. What makes deriving a key costly is left to the test above.
#[test]
fn a_thousand_changes_with_a_checksum_that_fits_open_nothing() {
    let whole = sealed();
    let covered = (0..whole.len() - CHECKSUM_LENGTH).filter(|at| !(10..22).contains(at));
    let flips: Vec<(usize, u8)> = covered
        .flat_map(|at| [1, 0x10, 0x80, 0xff].map(|bits| (at, bits)))
        .collect();
    assert!(flips.len() > 1000, "{}", flips.len());
    for (at, bits) in flips {
        let mut changed = whole.clone();
        changed[at] ^= bits;
        assert!(
            open(&with_checksum(changed), "correct horse").is_err(),
            "byte {at} ^ {bits:#x}"
        );
    }
}

#[test]
fn every_flipped_bit_is_noticed_without_the_passphrase() {
    let whole = sealed();
    for position in 0..whole.len() * 8 {
        let mut changed = whole.clone();
        changed[position / 8] ^= 1 << (position % 8);
        assert!(SealedBundle::parse(&changed).is_err(), "bit {position}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut file = MAGIC.to_vec();
        file.extend_from_slice(&FORMAT.to_be_bytes());
        file.extend_from_slice(&bytes);
        prop_assert!(SealedBundle::parse(&file).is_err());
    }
}
