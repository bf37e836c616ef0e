//! `discover`: the app registrations of a directory.

mod listing;
mod profile;
mod rows;
mod view;

use std::process::ExitCode;
use std::sync::Arc;

use engine::Applications;
use engine::Engine;
use engine::EngineError;
use engine::SystemClock;
use engine::Transport;
use model::Clock;
use protocol::graph::Application;
use protocol::graph::ApplicationSearch;
use protocol::graph::COMMAND_LINE_TOOLS_CLIENT_ID;

use self::listing::Listing;
use crate::args::DiscoverArgs;
use crate::args::DiscoverOutput;
use crate::args::TokenArgs;
use crate::command_error::CommandError;
use crate::settings;
use crate::settings::Variables;
use crate::ui::Person;
use crate::ui::Ui;
use crate::wording;

/// What a person wants of the list, beside the token for it.
struct Wishes {
    search: ApplicationSearch,
    limit: usize,
    output: DiscoverOutput,
    /// Whether a profile is to be made for one of them.
    creates: bool,
    profile_name: Option<String>,
}

/// Prints each page before the next one is asked for.
pub(crate) fn run(
    ui: &Ui,
    variables: &Variables,
    args: DiscoverArgs,
) -> Result<ExitCode, CommandError> {
    let (wishes, args) = parted(args);
    let allowed = args.timeout.unwrap_or(engine::DEFAULT_TIMEOUT);
    let store = settings::open_within(ui, variables, allowed)?;
    let new_name = wishes.profile_name.as_deref();
    let new_name = new_name.map(|name| profile::new_name(&store, name));
    let new_name = new_name.transpose()?;
    let profile = args.profile.as_deref();
    let profile = profile.map(|name| settings::named_profile(&store.vault, name));
    let profile = profile.transpose()?;
    let args = match &profile {
        Some(_) => args,
        None => settings::for_a_person(args, variables)?,
    };
    let request = settings::applications_request(ui, variables, &args, profile.as_ref())?;
    if profile.is_none() && request.client_id.as_str() == COMMAND_LINE_TOOLS_CLIENT_ID {
        ui.note(&format!(
            "Asking as Microsoft Graph Command Line Tools ({COMMAND_LINE_TOOLS_CLIENT_ID}), an \
             application of Microsoft's. Another one: --client-id ID"
        ));
    }
    let ca_file = settings::ca_file(&args.target, profile.as_ref())?;
    let transport = Transport::new(settings::network(ca_file, variables));
    let clock: Arc<dyn Clock> = Arc::<SystemClock>::clone(&store.clock);
    let manner = settings::sign_in_manner(&args, variables);
    let person = Person::new(ui, variables, clock, &request, manner);
    let engine = Engine {
        vault: &store.vault,
        clock: &*store.clock,
        http: &transport,
        interaction: &person,
        environment: variables,
    };
    let worded = |error: EngineError| wording::applications(&error, &request);
    let mut applications =
        Applications::new(engine, &request, wishes.search.clone()).map_err(worded)?;
    let found = shown(
        ui,
        &person,
        &mut applications,
        &wishes,
        &*store.clock,
        worded,
    )?;
    let tenant = applications.tenant_id().map(str::to_owned);
    drop(person);
    if wishes.creates {
        profile::create(ui, &store, found, new_name, &request, tenant.as_deref())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn parted(args: DiscoverArgs) -> (Wishes, TokenArgs) {
    let pattern = args.app_id.as_deref().or(args.search.as_deref());
    let wishes = Wishes {
        search: ApplicationSearch::parse(pattern.unwrap_or_default()),
        limit: args
            .limit
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(usize::MAX),
        output: args.output,
        creates: args.create.is_some(),
        profile_name: args.create.flatten(),
    };
    let args = TokenArgs {
        profile: args.profile,
        flow: args.flow,
        target: args.target,
        sign_in: args.sign_in,
        timeout: args.timeout,
        silent: args.silent,
        ..TokenArgs::default()
    };
    (wishes, args)
}

/// Prints the list, and gives the applications in it where a profile is to be made of one.
fn shown(
    ui: &Ui,
    person: &Person<'_>,
    applications: &mut Applications<'_>,
    wishes: &Wishes,
    clock: &dyn Clock,
    worded: impl Fn(EngineError) -> CommandError,
) -> Result<Vec<Application>, CommandError> {
    let mut listing = Listing::new(wishes.output);
    let mut kept = Vec::new();
    while listing.written() < wishes.limit {
        let outcome = applications.next_page();
        person.pause();
        let mut page = match outcome {
            Ok(Some(page)) => page,
            Ok(None) => break,
            Err(error) => {
                ui.answer(listing.broken_off())?;
                return Err(worded(error));
            }
        };
        page.truncate(wishes.limit - listing.written());
        let text = listing.with(&page, clock.now())?;
        if !ui.answer_while_read(&text)? {
            return Ok(kept);
        }
        if wishes.creates {
            kept.append(&mut page);
        }
    }
    ui.answer(listing.end())?;
    if listing.written() == 0 && wishes.output == DiscoverOutput::Table {
        ui.note("No such application is registered in this directory.");
    }
    Ok(kept)
}
