//! `demo`: every flow at work, with no tenant needed.
//!
//! The emulator runs in this process; the commands shown are really run, each in a process of its
//! own as a person's would be, with an environment that holds the throw-away configuration and
//! nothing of the person's. What they achieved is judged by what the emulator was sent.

mod evidence;
mod invocation;
mod person;
mod scenes;
mod stage;
mod story;
mod throw_away;
mod token;
mod visitor;

use std::process::ExitCode;

use emulator::Emulator;

use self::person::Person;
use self::stage::Stage;
use self::story::Story;
use self::throw_away::ThrowAway;
use crate::args::DemoArgs;
use crate::args::VisitArgs;
use crate::command_error::CommandError;
use crate::command_error::Kind;
use crate::settings::Variables;
use crate::signals::Interruption;
use crate::ui::Ui;

/// Plays every scene and tells of it on stdout; fails unless each did what it shows.
pub(crate) fn run(
    ui: &Ui,
    variables: &Variables,
    args: &DemoArgs,
) -> Result<ExitCode, CommandError> {
    let interruption = Interruption::noted();
    let place = ThrowAway::new()?;
    let person = Person::chosen(ui, variables, args.browser)?;
    let played = play(ui, person, &place, &interruption);
    let removed = place.remove();
    if let Some(exit_code) = interruption.exit_code() {
        return Ok(ExitCode::from(exit_code));
    }
    played?;
    removed?;
    Ok(ExitCode::SUCCESS)
}

/// Signs in at a page of the look-alike as the person of the demonstration.
pub(crate) fn visit(args: &VisitArgs) -> Result<ExitCode, CommandError> {
    visitor::visit(&args.address, args.code.as_deref())?;
    Ok(ExitCode::SUCCESS)
}

fn play(
    ui: &Ui,
    person: Person,
    place: &ThrowAway,
    interruption: &Interruption,
) -> Result<(), CommandError> {
    let scenes = scenes::all()?;
    let registered = scenes.iter().fold(Emulator::builder(), |builder, scene| {
        scene.register(builder)
    });
    let emulator = registered
        .start()
        .map_err(|error| failed(format!("the look-alike could not start: {error}")))?;
    let story = Story::new(ui);
    let who_signs_in = if person.is_played() {
        "Where a person signs in, the demo plays the person."
    } else {
        "Where a person signs in, it is you: your browser opens, and anyone on its page will do."
    };
    let mut stage = Stage::new(story, &emulator, place, interruption, person);
    story.title("Entra Auth CLI, at work")?;
    story.text(&format!(
        "A look-alike of Microsoft Entra ID listens on {} while this runs. Every command below \
         is really run, in a throw-away configuration: nothing of yours is read or changed, and \
         nothing leaves this machine. {who_signs_in}",
        emulator.base_url()
    ))?;
    for (number, scene) in (1..).zip(&scenes) {
        story.heading(&format!("{number}. {}", scene.title()))?;
        scene.play(&mut stage)?;
    }
    stage.look_for_plain_text()?;
    end(story, &stage)
}

/// The token in full sight, what arrived, and what to do next.
fn end(story: Story<'_>, stage: &Stage<'_>) -> Result<(), CommandError> {
    let token = stage
        .first_token()
        .ok_or_else(|| failed("no scene got a token"))?;
    story.heading("What is in a token")?;
    story.text("The first one, decoded. Whoever has it can use it until it expires.")?;
    story.json("Header", &token.header)?;
    story.json("Claims", &token.claims)?;
    story.heading("What arrived at the token endpoint")?;
    story.table(stage.evidence())?;
    story.heading("Now with your own tenant")?;
    story.text("Leave out --authority: the public cloud is the default.")?;
    story.commands(&[
        ("entra-auth-cli config create", "asks for what it needs"),
        ("entra-auth-cli get-token -p NAME", "prints the token"),
        ("entra-auth-cli --help", "lists all commands"),
    ])
}

/// What was to be shown did not happen.
fn failed(why: impl Into<String>) -> CommandError {
    CommandError::new(Kind::Unexpected, "demo_failed", why)
        .hint("Please report it: this needs no network and no configuration, so it should work.")
}
