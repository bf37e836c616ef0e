//! `profiles.json`, the store, its keys and its locks.

use std::collections::HashSet;
use std::sync::Arc;

use vault::Listed;
use vault::Protection;
use vault::survey;
use vault::survey::KeyAccess;
use vault::survey::SessionKey;

use super::check::Check;
use super::check::Verdict;
use super::scene::Scene;
use crate::shell;
use crate::wording;

pub(super) fn checks(scene: Option<&Arc<Scene>>, choice: Option<Verdict>) -> Vec<Check> {
    vec![
        Check::of_the_store(scene, "profiles.file", "Profiles", profiles),
        Check::of_the_store(scene, "profiles.chosen", "Chosen profile", move |_| {
            choice.unwrap_or_else(|| Verdict::skipped("see Profiles"))
        }),
        Check::of_the_store(scene, "store.header", "Store", header),
        Check::of_the_store(scene, "store.key", "Key of the store", key),
        Check::of_the_store(
            scene,
            "store.session-key",
            "Key of the session",
            session_key,
        ),
        Check::of_the_store(scene, "store.files", "Files of the store", files),
        Check::of_the_store(scene, "store.locks", "File locks", locks),
    ]
}

fn profiles(scene: &Scene) -> Verdict {
    let path = scene.vault().profiles().path();
    let listed = match scene.vault().profiles().all() {
        Ok(listed) => listed,
        Err(error) => return wording::profiles(error).into(),
    };
    let broken: Vec<String> = listed
        .iter()
        .filter_map(|entry| match entry {
            Listed::Valid { .. } => None,
            Listed::Invalid { name, line, why } => Some(match name {
                Some(name) => format!("line {line}, `{name}`: {why}"),
                None => format!("line {line}: {why}"),
            }),
        })
        .collect();
    let misspelt: Vec<String> = match scene.vault().profiles().close_field_names() {
        Ok(notices) => notices.iter().map(wording::notice).collect(),
        Err(error) => return wording::profiles(error).into(),
    };
    let shown = path.display();
    if !broken.is_empty() {
        let seen = [broken, misspelt].concat().join("; ");
        let mend = "Mend these entries in the file, or delete them and make them anew: entra-auth-cli config create";
        return Verdict::failed(format!("{shown}: {seen}")).fix(if some_share_a_name(&listed) {
            format!("Of the profiles that share a name, rename or remove all but one.\n{mend}")
        } else {
            mend.to_owned()
        });
    }
    if !misspelt.is_empty() {
        return Verdict::warning(format!("{shown}: {}", misspelt.join("; ")))
            .fix("Correct these names in the file: a field that is not known does nothing.");
    }
    match listed.len() {
        0 => Verdict::ok(format!("{shown}: no profile yet")),
        1 => Verdict::ok(format!("{shown}: 1 profile")),
        count => Verdict::ok(format!("{shown}: {count} profiles")),
    }
}

fn some_share_a_name(listed: &[Listed]) -> bool {
    let mut seen = HashSet::new();
    let mut unusable = listed.iter().filter_map(|entry| match entry {
        Listed::Valid { .. } => None,
        Listed::Invalid { name, .. } => name.as_deref(),
    });
    unusable.any(|name| !seen.insert(name))
}

fn header(scene: &Scene) -> Verdict {
    match scene.vault().protection() {
        Ok(None) => Verdict::ok("there is none yet; the first secret or token makes it"),
        Ok(Some(protection @ Protection::KeyFile { .. })) => Verdict::ok(format!(
            "its key is protected by permissions only: {protection}"
        )),
        Ok(Some(protection)) => Verdict::ok(format!("its key is protected by {protection}")),
        Err(error) => wording::vault(&error).into(),
    }
}

fn key(scene: &Scene) -> Verdict {
    match scene.key() {
        Ok(KeyAccess::NoStore) => Verdict::skipped("there is no store yet"),
        Ok(KeyAccess::Had) => Verdict::ok("it can be had without asking anybody"),
        Ok(KeyAccess::WouldAsk) => match scene.vault().protection() {
            Ok(Some(Protection::Passphrase)) => {
                Verdict::warning("the passphrase would have to be typed").fix(
                    "For scripts: set ENTRA_AUTH_PASSPHRASE_FILE, or hand it in as a systemd credential",
                )
            }
            _ => Verdict::warning("the keyring is locked")
                .fix("Unlock it: sign in to the desktop, or run gnome-keyring-daemon --unlock"),
        },
        Ok(KeyAccess::MayAsk) => Verdict::skipped(
            "the keychain was not asked for it, since it may open a dialog; any command that needs the key shows it",
        ),
        Err(verdict) => verdict.clone(),
    }
}

fn session_key(scene: &Scene) -> Verdict {
    match scene.vault().session_key_state() {
        Ok(SessionKey::Present) => Verdict::ok("cached tokens are opened without the store's key"),
        Ok(SessionKey::NotYet) => Verdict::ok("there is none yet; the next token makes it"),
        Ok(SessionKey::Impossible(why)) => Verdict::ok(format!(
            "there is none, and cached tokens need the store's key, because {why}"
        )),
        Err(error) => wording::vault(&error).into(),
    }
}

fn files(scene: &Scene) -> Verdict {
    let locations = &scene.store.locations;
    let mut exposed = Vec::new();
    for directory in [&locations.state, &locations.data] {
        match survey::exposed(directory) {
            Ok(found) => exposed.extend(found),
            Err(error) => {
                return Verdict::failed(format!("{}: {error}", directory.display()))
                    .fix("Give yourself the right to list it.");
            }
        }
    }
    let Some(first) = exposed.first() else {
        return Verdict::ok("all are yours, and nobody else's to read or write");
    };
    let shown = first.display();
    let others = match exposed.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Verdict::warning(format!(
        "other users may read or write {shown}{others}, or it is theirs"
    ))
    .fix(format!(
        "chmod -R go= {} {}",
        shell::word(&locations.state.display().to_string()),
        shell::word(&locations.data.display().to_string())
    ))
}

fn locks(scene: &Scene) -> Verdict {
    match scene.vault().has_file_locks() {
        Ok(Some(())) => Verdict::ok("the file system of the store has them"),
        Ok(None) => Verdict::skipped("there is no store yet to try them on"),
        Err(error) => Verdict::failed(format!("the file system of the store has none: {error}"))
            .fix("Keep the store on a local disk: ENTRA_AUTH_STATE_DIR"),
    }
}
