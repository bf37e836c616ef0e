//! The token that `inspect` and `check` look at: given, read, or cached.

use std::io;
use std::io::IsTerminal as _;
use std::path::Path;

use engine::Cached;
use engine::TokenRequest;
use model::Profile;
use model::TokenEntry;
use protocol::jwt;
use protocol::jwt::InputError;
use protocol::jwt::TokenText;
use protocol::scope_rules::resource_asked_for;
use protocol::token_meaning;

use super::bounded;
use crate::args::GivenToken;
use crate::args::InputArgs;
use crate::args::TokenArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Store;
use crate::settings::Variables;
use crate::shell;
use crate::ui::Ui;
use crate::wording;

/// No longer path can be opened anywhere, in bytes.
const LONGEST_PATH: usize = 4096;

/// A token to look at.
pub(super) enum TokenInput {
    /// It came from outside.
    Given(TokenText),
    /// It lies in the cache.
    Cached(Box<CachedToken>),
}

/// What was found of the token that is meant.
pub(super) enum Found {
    /// The token.
    Token(TokenInput),
    /// None that can be looked at.
    Missing(Missing),
}

/// A cache without the token that is meant.
pub(super) struct Missing {
    /// What `get-token` would be told to get it.
    flags: String,
    /// Whether there is one that cannot be opened here.
    pub(super) is_closed: bool,
}

impl Missing {
    /// The command that gets such a token.
    pub(super) fn remedy(&self) -> String {
        format!("Get one: entra-auth-cli get-token{}", self.flags)
    }

    /// That there is no token to show.
    pub(super) fn error(&self) -> CommandError {
        let error = if self.is_closed {
            CommandError::usage("cached_token_closed", wording::cached_token_closed())
        } else {
            CommandError::usage(
                "no_cached_token",
                "no token of this profile and these scopes is in the cache",
            )
        };
        error
            .hint(self.remedy())
            .hint("See what is cached: entra-auth-cli cache list")
    }
}

/// A token in the cache, and who asks for it.
pub(super) struct CachedToken {
    pub(super) entry: TokenEntry,
    pub(super) profile: Profile,
    /// The API that the scopes it was asked for with name.
    pub(super) resource: Option<String>,
}

impl TokenInput {
    /// The token itself.
    pub(super) fn token(&self) -> &str {
        match self {
            Self::Given(text) => &text.token,
            Self::Cached(cached) => cached.entry.access_token.expose_secret(),
        }
    }

    /// How it was written down, if it came from outside.
    pub(super) fn text(&self) -> Option<&TokenText> {
        match self {
            Self::Given(text) => Some(text),
            Self::Cached(_) => None,
        }
    }

    /// The profile it belongs to, if it came by one.
    pub(super) fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Given(_) => None,
            Self::Cached(cached) => Some(&cached.profile),
        }
    }

    /// The API that it was asked for, as far as that is known.
    pub(super) fn resource(&self) -> Option<&str> {
        match self {
            Self::Given(_) => None,
            Self::Cached(cached) => cached.resource.as_deref(),
        }
    }
}

/// Finds the token that is meant. Without any flag it is read from a pipe, and on a terminal taken from the profile that `get-token` would use.
pub(super) fn found(
    ui: &Ui,
    variables: &Variables,
    store: &Store,
    args: &InputArgs,
) -> Result<Found, CommandError> {
    if let Some(token) = args.token.as_ref().or(args.token_value.as_ref()) {
        return given(ui, store, token).map(Found::Token);
    }
    if let Some(path) = &args.file {
        return from_file(path).map(Found::Token);
    }
    let names_cached = args.profile.is_some() || !args.scope.is_empty() || args.flow.is_some();
    if !names_cached && !std::io::stdin().is_terminal() {
        return from_stdin().map(Found::Token);
    }
    from_cache(ui, variables, store, args)
}

/// A token of the arguments: `-` is stdin, `@FILE` a file.
pub(super) fn given(
    ui: &Ui,
    store: &Store,
    token: &GivenToken,
) -> Result<TokenInput, CommandError> {
    let text = token.0.as_str();
    if text == "-" {
        return from_stdin();
    }
    if let Some(path) = text.strip_prefix('@') {
        return from_file(Path::new(path));
    }
    refuse_profile_name(store, text)?;
    refuse_file_name(text)?;
    warn_of_process_list(ui);
    cleaned(text)
}

/// The way to see what a token says that these arguments name; the token itself is not repeated.
pub(super) fn to_inspect(args: &InputArgs) -> String {
    let mut line = "See what it says: entra-auth-cli inspect".to_owned();
    if let Some(path) = args.file.as_deref().and_then(Path::to_str) {
        line.extend([" --file ", &shell::word(path)]);
    } else if let Some(name) = &args.profile {
        line.extend([" -p ", &shell::word(name)]);
    } else {
        line.push_str(" -");
    }
    line
}

/// Says on stderr what the answer itself does not say of how the token was written down.
pub(super) fn warn_of_text(ui: &Ui, input: &TokenInput) {
    if let Some(warning) = input.text().and_then(token_meaning::warning_of_text) {
        ui.warn(&format!("the token: {}", warning.message));
    }
}

/// A name of a profile is no token: what is meant is surely the profile's. Where the profiles
/// cannot be read, a token still can.
fn refuse_profile_name(store: &Store, text: &str) -> Result<(), CommandError> {
    let Ok(found) = store.vault.profiles().find(text) else {
        return Ok(());
    };
    let name = found.profile.name;
    Err(CommandError::usage(
        "token_input_invalid",
        format!("`{name}` is no token: it is the name of a profile"),
    )
    .hint(format!("Look at its cached token: -p {name}")))
}

/// A file of that name is what is meant: no token is the name of one by chance.
fn refuse_file_name(text: &str) -> Result<(), CommandError> {
    let is_short = text.len() <= LONGEST_PATH;
    if !is_short || !Path::new(text).is_file() {
        return Ok(());
    }
    Err(CommandError::usage(
        "token_input_invalid",
        "that is no token: it is the name of a file",
    )
    .hint(format!(
        "Read the token from it: {}",
        shell::word(&format!("@{text}"))
    )))
}

fn warn_of_process_list(ui: &Ui) {
    ui.warn(
        "other users of this machine can see the token in the process list; stdin or a file keeps \
         it out",
    );
}

fn from_cache(
    ui: &Ui,
    variables: &Variables,
    store: &Store,
    args: &InputArgs,
) -> Result<Found, CommandError> {
    let profile = settings::chosen_profile(ui, variables, &store.vault, args.profile.as_deref())?;
    let request = request(ui, variables, args, &profile)?;
    let cached = engine::cached(&store.vault, &request)
        .map_err(|error| wording::engine(&error, &request))?;
    let missing = |is_closed| {
        let flags = flags(args, &profile);
        Found::Missing(Missing { flags, is_closed })
    };
    Ok(match cached {
        Cached::Token(entry) => {
            let resource = resource_asked_for(&request.scopes, &request.authority);
            let resource = resource.map(str::to_owned);
            Found::Token(TokenInput::Cached(Box::new(CachedToken {
                entry: *entry,
                profile,
                resource,
            })))
        }
        Cached::Closed => missing(true),
        Cached::Nothing => missing(false),
    })
}

/// What names this token on the command line of `get-token`.
fn flags(args: &InputArgs, profile: &Profile) -> String {
    let mut flags = format!(" -p {}", shell::word(profile.name.as_str()));
    for scope in &args.scope {
        flags.push_str(" -s ");
        flags.push_str(&shell::word(scope));
    }
    if let Some(flow) = args.flow {
        flags.push_str(" -f ");
        flags.push_str(flow.as_str());
    }
    flags
}

/// What `get-token` would ask for.
fn request(
    ui: &Ui,
    variables: &Variables,
    args: &InputArgs,
    profile: &Profile,
) -> Result<TokenRequest, CommandError> {
    let asked = TokenArgs {
        flow: args.flow,
        scope: args.scope.clone(),
        ..TokenArgs::default()
    };
    settings::token_request(ui, variables, &asked, Some(profile))
}

fn from_stdin() -> Result<TokenInput, CommandError> {
    read(std::io::stdin().lock(), "stdin")
}

fn from_file(path: &Path) -> Result<TokenInput, CommandError> {
    let name = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|error| unreadable(&name, &error))?;
    read(file, &name)
}

fn read(source: impl std::io::Read, name: &str) -> Result<TokenInput, CommandError> {
    let bytes = bounded::read(source, jwt::LONGEST_INPUT).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => invalid(InputError::TooLong),
        _ => unreadable(name, &error),
    })?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| CommandError::usage("token_input_invalid", format!("{name} holds no text")))?;
    cleaned(text)
}

fn unreadable(name: &str, error: &std::io::Error) -> CommandError {
    CommandError::usage(
        "token_input_unreadable",
        format!("{name} cannot be read: {error}"),
    )
}

fn cleaned(text: &str) -> Result<TokenInput, CommandError> {
    jwt::token_in(text).map(TokenInput::Given).map_err(invalid)
}

fn invalid(error: InputError) -> CommandError {
    let worded = CommandError::usage("token_input_invalid", error.to_string());
    match error {
        InputError::Empty => {
            worded.hint("Pipe a token in, or name a profile for its cached token: -p NAME")
        }
        InputError::TooLong | InputError::NoAccessToken => worded,
    }
}
