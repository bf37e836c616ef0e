//! What this machine's owner must approve in a profile before its secrets are read or sent.

use std::path::Path;
use std::path::PathBuf;

use model::Authority;
use model::AuthorityKind;
use model::ClientId;
use model::Destination;
use model::Profile;
use model::ProfileName;
use model::SecretReference;
use vault::Approval;

use super::Store;
use crate::command_error::CommandError;
use crate::wording;

/// What must be approved; `None` if nothing in the profile needs that: its own sealed secret for
/// a built-in cloud is bound already.
///
/// # Errors
/// A path that means another file in another directory: what is approved here would not be what
/// is read there.
pub(crate) fn approval_of(
    profile: &Profile,
    authority: &Authority,
    client_id: &ClientId,
) -> Result<Option<Approval>, CommandError> {
    let references = references(profile, authority)?;
    if references.is_empty() && authority.is_built_in() {
        return Ok(None);
    }
    Ok(Some(Approval {
        destination: Destination::new(authority, client_id),
        references,
    }))
}

/// Refuses the profile of that name unless exactly this was approved for it. The approval is sealed:
/// reading it takes the store's key.
///
/// # Errors
/// `not_approved`, or those of the store.
pub(crate) fn must_be_approved(
    store: &Store,
    name: &ProfileName,
    needed: &Approval,
) -> Result<(), CommandError> {
    let approved = store.vault.approvals().get(name);
    let approved = approved.map_err(|error| wording::vault(&error))?;
    if approved.as_ref() == Some(needed) {
        return Ok(());
    }
    let elsewhere = approved
        .map(|approved| approved.destination)
        .filter(|destination| *destination != needed.destination);
    Err(wording::not_approved(
        name.as_str(),
        &needed.destination,
        elsewhere.as_ref(),
        &needed.references,
    ))
}

/// Everything outside that the profile refers to, each as one unambiguous text, and the rules by
/// which its authority is spoken to where they are not Entra's.
fn references(profile: &Profile, authority: &Authority) -> Result<Vec<String>, CommandError> {
    let mut references = Vec::new();
    for (what, reference) in [
        ("client secret from", &profile.client_secret_from),
        (
            "certificate password from",
            &profile.certificate_password_from,
        ),
        ("client assertion from", &profile.client_assertion_from),
    ] {
        if let Some(reference) = reference {
            must_be_absolute(profile, path_of(reference).as_deref())?;
            references.push(format!("{what}: {reference}"));
        }
    }
    for (what, path) in [
        ("certificate", &profile.certificate_path),
        ("CA file", &profile.ca_file),
    ] {
        if let Some(path) = path {
            must_be_absolute(profile, Some(path))?;
            references.push(format!("{what}: {}", path.display()));
        }
    }
    if authority.kind() != AuthorityKind::Entra {
        references.push(format!("authority type: {}", authority.kind().as_str()));
    }
    Ok(references)
}

/// The file that a reference names by path; a program without a directory is looked up in `PATH`.
fn path_of(reference: &SecretReference) -> Option<PathBuf> {
    match reference {
        SecretReference::Env(_) => None,
        SecretReference::File(path) => Some(path.clone()),
        SecretReference::Command(arguments) => {
            let program = PathBuf::from(arguments.first()?);
            (program.components().count() > 1).then_some(program)
        }
    }
}

fn must_be_absolute(profile: &Profile, path: Option<&Path>) -> Result<(), CommandError> {
    match path {
        Some(path) if path.is_relative() => Err(CommandError::usage(
            "relative_path",
            format!(
                "profile `{}` names `{}`, which is another file in another directory",
                profile.name,
                path.display()
            ),
        )
        .hint("Write the whole path into the profile, from the root on.")),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use model::AuthMethod;
    use model::AuthorityInput;
    use model::ProfileName;

    use super::*;

    fn approval(profile: &Profile) -> Result<Option<Approval>, CommandError> {
        let authority = AuthorityInput {
            authority: profile.authority.as_deref(),
            kind: profile.authority_type,
            tenant: Some("contoso.com"),
            cloud: None,
        };
        let client_id = ClientId::parse("app").unwrap();
        approval_of(profile, &authority.resolve().unwrap(), &client_id)
    }

    fn profile() -> Profile {
        Profile::new(ProfileName::parse("sp").unwrap(), AuthMethod::ClientSecret)
    }

    #[test]
    fn a_plain_profile_of_a_built_in_cloud_needs_nothing() {
        assert_eq!(approval(&profile()).unwrap(), None);
    }

    #[test]
    fn every_change_of_a_reference_or_of_the_kind_shows() {
        let command = |words: &[&str]| {
            let mut profile = profile();
            let words = words.iter().map(|&word| word.to_owned()).collect();
            profile.client_secret_from = Some(SecretReference::Command(words));
            approval(&profile).unwrap()
        };
        assert_ne!(command(&["printf", "a b"]), command(&["printf", "a", "b"]));
        let mut kind = profile();
        kind.authority = Some("https://idp.example".to_owned());
        let entra = approval(&kind).unwrap();
        kind.authority_type = Some(AuthorityKind::Oidc);
        assert_ne!(approval(&kind).unwrap(), entra);
    }

    #[test]
    fn what_depends_on_the_directory_is_refused() {
        let with = |reference| {
            let mut profile = profile();
            profile.client_secret_from = Some(reference);
            approval(&profile)
        };
        let command = |word: &str| SecretReference::Command(vec![word.to_owned()]);
        assert!(with(command("./get.sh")).is_err());
        assert!(with(SecretReference::File("secret".into())).is_err());
        assert!(with(command("op")).is_ok());
        let mut relative = profile();
        relative.certificate_path = Some("app.pem".into());
        assert!(approval(&relative).is_err());
    }
}
