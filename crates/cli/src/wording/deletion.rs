//! The question before profiles are deleted.

use model::ProfileName;
use vault::SecretKind;

use super::kept::counted;

/// A profile that is to go, and what goes with it.
pub(crate) struct Deletion {
    /// Its name.
    pub(crate) name: ProfileName,
    /// The secrets that are stored for it.
    pub(crate) secrets: Vec<SecretKind>,
    /// How many accounts are signed in with it; `None` if that cannot be told without the key.
    pub(crate) sign_ins: Option<usize>,
}

/// Asks once for all of them.
pub(crate) fn delete_profiles(deletions: &[Deletion]) -> String {
    let all: Vec<String> = deletions.iter().map(with_what_is_its).collect();
    match all.as_slice() {
        [only] => format!("Delete profile {only}?"),
        _ => format!("Delete {} profiles: {}?", all.len(), all.join("; ")),
    }
}

fn with_what_is_its(deletion: &Deletion) -> String {
    let mut parts: Vec<String> = deletion.secrets.iter().map(ToString::to_string).collect();
    match deletion.sign_ins {
        Some(0) => {}
        Some(count) => parts.push(counted(count, "sign-in")),
        None => parts.push("its sign-ins".to_owned()),
    }
    parts.push("its cached tokens".to_owned());
    let name = &deletion.name;
    match parts.split_last() {
        Some((last, [])) => format!("`{name}` with {last}"),
        Some((last, others)) => format!("`{name}` with {} and {last}", others.join(", ")),
        None => format!("`{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deletion(name: &str, secrets: &[SecretKind], sign_ins: Option<usize>) -> Deletion {
        Deletion {
            name: ProfileName::parse(name).unwrap(),
            secrets: secrets.to_vec(),
            sign_ins,
        }
    }

    #[test]
    fn what_goes_is_named() {
        let bare = deletion("a", &[], Some(0));
        assert_eq!(
            delete_profiles(&[bare]),
            "Delete profile `a` with its cached tokens?"
        );
        let all = [
            deletion("a", &SecretKind::ALL, Some(2)),
            deletion("b", &[], None),
        ];
        assert_eq!(
            delete_profiles(&all),
            "Delete 2 profiles: `a` with client secret, certificate password, 2 sign-ins and its \
             cached tokens; `b` with its sign-ins and its cached tokens?"
        );
    }
}
