//! `config storage`: what protects the store, and another protection for it.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use protocol::text::escaped;
use serde::Serialize;
use vault::NewProtection;
use vault::Protection;
use vault::ProtectionChange;
use vault::SessionKeyPlace;
use vault::StoreDescription;

use super::view;
use crate::args::StorageArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::ui::Ui;
use crate::wording;

/// How long others that write are waited for where nothing else is said.
const PATIENCE: Duration = Duration::from_mins(1);

/// Changes the protection if that is wanted, and shows what there is then.
pub(super) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &StorageArgs,
) -> Result<ExitCode, CommandError> {
    if let Some(to) = &args.to {
        change(ui, variables, to, args)?;
    }
    // The vault that changed it knows the old key.
    let store = settings::open(ui, variables)?;
    let described = store.vault.describe();
    let described = described.map_err(|error| wording::vault(&error))?;
    let storage = Storage::of(described.as_ref(), &store.locations.state);
    match view::document(args.output, &storage)? {
        Some(document) => ui.answer(&document)?,
        None if described.is_none() => ui.note(&wording::no_store_yet()),
        None => ui.answer(&storage.text())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Whoever is asked is asked before anything is locked: first for the key that there is, then for a
/// new passphrase.
fn change(
    ui: &Ui,
    variables: &Variables,
    to: &str,
    args: &StorageArgs,
) -> Result<(), CommandError> {
    let Store { vault, .. } = settings::open(ui, variables)?;
    let exists = vault.protection();
    if exists.map_err(|error| wording::vault(&error))?.is_some() {
        vault.unlock().map_err(|error| wording::vault(&error))?;
    }
    let to = settings::new_protection(ui, variables, to, args)?;
    let environment_is_stale = match &to {
        NewProtection::Passphrase(passphrase) => settings::holds_another_passphrase(passphrase),
        NewProtection::Keyring | NewProtection::KeyFile(_) => false,
    };
    let change = ProtectionChange {
        to,
        forget_unreadable: args.forget_unreadable,
        deadline: args.timeout.unwrap_or(PATIENCE),
    };
    let changed = vault
        .change_protection(change, &mut |holder| {
            ui.note(&wording::waiting_for_a_writer(holder));
        })
        .map_err(wording::profiles)?;
    for line in wording::protection_changed(&changed) {
        ui.note(&line);
    }
    if environment_is_stale {
        ui.warn(&wording::environment_holds_another_passphrase());
    }
    Ok(())
}

/// What protects the store, as scripts read it; `docs/schema/storage.schema.json`.
#[derive(Default, Serialize)]
struct Storage {
    schema_version: u8,
    state: String,
    store_id: Option<String>,
    key_id: Option<String>,
    protection: Option<&'static str>,
    keyring_service: Option<String>,
    keyring_account: Option<String>,
    key_file: Option<String>,
    unlocked_until: Option<String>,
    session_key_file: Option<String>,
    session_key_account: Option<String>,
    records: Records,
}

/// How many sealed records there are.
#[derive(Default, Serialize)]
struct Records {
    secrets: usize,
    approvals: usize,
    refresh_tokens: usize,
    accounts: usize,
    tokens: usize,
}

impl Storage {
    fn of(described: Option<&StoreDescription>, state: &Path) -> Self {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let mut shown = Self {
            schema_version: 1,
            state: path(state),
            ..Self::default()
        };
        let Some(described) = described else {
            return shown;
        };
        shown.store_id = Some(described.store_id.clone());
        shown.key_id = Some(described.key_id.clone());
        match &described.protection {
            Protection::Keyring { service, account } => {
                shown.protection = Some("keyring");
                shown.keyring_service = Some(service.clone());
                shown.keyring_account = Some(account.clone());
            }
            Protection::Passphrase => shown.protection = Some("passphrase"),
            Protection::KeyFile { path: file } => {
                shown.protection = Some("file");
                shown.key_file = Some(path(file));
            }
        }
        shown.unlocked_until = described.unlocked_until.map(|until| until.to_string());
        match &described.session_key {
            Some(SessionKeyPlace::File(file)) => shown.session_key_file = Some(path(file)),
            Some(SessionKeyPlace::Keyring(account)) => {
                shown.session_key_account = Some(account.clone());
            }
            None => {}
        }
        shown.records = Records {
            secrets: described.records.secrets,
            approvals: described.records.approvals,
            refresh_tokens: described.records.refresh_tokens,
            accounts: described.records.accounts,
            tokens: described.records.tokens,
        };
        shown
    }

    /// Names and values in columns.
    fn text(&self) -> String {
        let item = self
            .keyring_account
            .as_ref()
            .zip(self.keyring_service.as_ref())
            .map(|(account, service)| format!("{account} of {service}"));
        let session_item = self.session_key_account.as_ref();
        let session_item = session_item.map(|account| format!("keyring item {account}"));
        let rows = [
            ("Protected by", self.protection.map(ToOwned::to_owned)),
            ("Keyring item", item),
            ("Key file", self.key_file.clone()),
            ("Held open until", self.unlocked_until.clone()),
            ("Store", self.store_id.clone()),
            ("Key", self.key_id.clone()),
            ("State", Some(self.state.clone())),
            (
                "Session key",
                self.session_key_file
                    .clone()
                    .or(session_item)
                    .or_else(|| Some("none now".to_owned())),
            ),
            ("Secrets", Some(self.records.secrets.to_string())),
            ("Approvals", Some(self.records.approvals.to_string())),
            (
                "Refresh tokens",
                Some(self.records.refresh_tokens.to_string()),
            ),
            ("Accounts", Some(self.records.accounts.to_string())),
            ("Cached tokens", Some(self.records.tokens.to_string())),
        ];
        let shown = rows
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        shown.fold(String::new(), |text, (name, value)| {
            format!("{text}{name:<16} {}\n", escaped(&value))
        })
    }
}
