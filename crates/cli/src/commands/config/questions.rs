//! The questions about a profile, one after the other, with a way back.

use model::AuthMethod;
use model::Flow;
use vault::SecretKind;

use super::answers;
use super::draft::Draft;
use super::draft::uses_certificate;
use super::menu;
use crate::command_error::CommandError;
use crate::settings::Store;
use crate::ui::Answer;
use crate::ui::Ui;

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// What the profile is called.
    Name,
    /// Whose directory is asked.
    Tenant,
    /// Which application asks.
    ClientId,
    /// How the application proves itself.
    Method,
    /// Its secret.
    ClientSecret,
    /// The file with its certificate.
    CertificateFile,
    /// That file's password.
    CertificatePassword,
    /// The file with somebody else's assertion.
    AssertionFile,
    /// What tokens are for.
    Scopes,
    /// Whether there is a default flow.
    WantsFlow,
    /// Which.
    Flow,
    /// Where the browser goes with the answer.
    RedirectUri,
    /// Whether all that is right.
    Summary,
}

/// How much is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Everything that no flag said.
    All,
    /// What the profile cannot do without.
    Needed,
}

impl Step {
    /// All of them, in the order they are asked.
    const ALL: [Self; 13] = [
        Self::Name,
        Self::Tenant,
        Self::ClientId,
        Self::Method,
        Self::ClientSecret,
        Self::CertificateFile,
        Self::CertificatePassword,
        Self::AssertionFile,
        Self::Scopes,
        Self::WantsFlow,
        Self::Flow,
        Self::RedirectUri,
        Self::Summary,
    ];

    /// Whether it is asked, given what is known so far.
    fn is_asked(self, draft: &Draft, extent: Extent) -> bool {
        let said = &draft.said;
        let method = draft.profile.auth_method;
        let all = extent == Extent::All;
        match self {
            Self::Name => !said.name,
            Self::Tenant => {
                all && !said.tenant && (draft.needs_tenant() || draft.may_have_tenant())
            }
            Self::ClientId => all && !said.client_id,
            Self::Method => !said.method,
            Self::ClientSecret => method == AuthMethod::ClientSecret && !said.client_secret,
            Self::CertificateFile => uses_certificate(method) && !said.certificate,
            Self::CertificatePassword => {
                let wanted = all && method == AuthMethod::Certificate;
                wanted && !said.certificate_password && draft.certificate_is_closed()
            }
            Self::AssertionFile => method == AuthMethod::ClientAssertion && !said.assertion,
            Self::Scopes => all && !said.scopes,
            Self::WantsFlow => all && !said.flow,
            Self::Flow => all && !said.flow && draft.wants_flow,
            Self::RedirectUri => {
                let of_use = draft.profile.default_flow == Some(Flow::AuthorizationCode);
                all && of_use && !said.redirect_uri
            }
            Self::Summary => all,
        }
    }

    fn after(self, draft: &Draft, extent: Extent) -> Option<Self> {
        let mut rest = Self::ALL.into_iter().skip_while(|step| *step != self);
        rest.next();
        rest.find(|step| step.is_asked(draft, extent))
    }

    fn before(self, draft: &Draft, extent: Extent) -> Option<Self> {
        let mut earlier = Self::ALL.into_iter().rev().skip_while(|step| *step != self);
        earlier.next();
        earlier.find(|step| step.is_asked(draft, extent))
    }

    /// Asks, and puts the answer into the draft.
    pub(super) fn ask(
        self,
        ui: &Ui,
        store: &Store,
        draft: &mut Draft,
    ) -> Result<Answer<()>, CommandError> {
        match self {
            Self::Name => answers::name(ui, store, draft),
            Self::Tenant => answers::tenant(ui, draft),
            Self::ClientId => answers::client_id(ui, draft),
            Self::Method => answers::method(ui, draft),
            Self::ClientSecret => answers::client_secret(ui, draft),
            Self::CertificateFile => answers::certificate_file(ui, store, draft),
            Self::CertificatePassword => answers::certificate_password(ui, store, draft),
            Self::AssertionFile => answers::assertion_file(ui, draft),
            Self::Scopes => answers::scopes(ui, draft),
            Self::WantsFlow => answers::wants_flow(ui, draft),
            Self::Flow => answers::flow(ui, draft),
            Self::RedirectUri => answers::redirect_uri(ui, draft),
            Self::Summary => menu::summary(ui, store, draft),
        }
    }
}

/// Asks everything that is to be asked, until the last question is answered.
pub(super) fn walk(
    ui: &Ui,
    store: &Store,
    draft: &mut Draft,
    extent: Extent,
) -> Result<(), CommandError> {
    let is_asked = |step: &Step| step.is_asked(draft, extent);
    let mut next = Step::ALL.into_iter().find(is_asked);
    if next.is_some() && ui.can_ask() {
        ui.line("Esc: back, Ctrl-C: cancel. Nothing is saved before the end.");
        if draft.profile.authority.is_none() && draft.profile.cloud.is_none() && !draft.said.tenant
        {
            ui.line("Another cloud or login server: --cloud, --authority, or at the end.");
        }
    }
    while let Some(step) = next {
        next = match step.ask(ui, store, draft)? {
            Answer::Given(()) => step.after(draft, extent),
            Answer::Back => Some(step.before(draft, extent).unwrap_or_else(|| {
                ui.line("This is the first question. Ctrl-C cancels.");
                step
            })),
        };
    }
    Ok(())
}

/// What the method needs and the draft does not have, to be asked before it is saved.
pub(super) fn missing(draft: &Draft) -> Option<Step> {
    match draft.profile.auth_method {
        AuthMethod::Public => None,
        AuthMethod::ClientSecret => {
            (!draft.has(SecretKind::ClientSecret)).then_some(Step::ClientSecret)
        }
        AuthMethod::Certificate | AuthMethod::PasswordlessCertificate => {
            if draft.profile.certificate_path.is_none() {
                return Some(Step::CertificateFile);
            }
            let closed = draft.profile.auth_method == AuthMethod::Certificate
                && draft.certificate_is_closed()
                && !draft.password_was_asked
                && !draft.has(SecretKind::CertificatePassword);
            closed.then_some(Step::CertificatePassword)
        }
        AuthMethod::ClientAssertion => {
            let nowhere = draft.profile.client_assertion_from.is_none();
            nowhere.then_some(Step::AssertionFile)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use model::ProfileName;
    use model::Timestamp;

    use super::*;
    use crate::args::Arguments;
    use crate::args::Command;
    use crate::args::ConfigCommand;
    use crate::settings::Variables;

    fn draft(flags: &[&str]) -> Draft {
        let line = ["entra-auth-cli", "config", "create"].iter().chain(flags);
        let arguments = Arguments::try_parse_from(line).unwrap();
        let ui = Ui::new(&arguments, &Variables);
        let Command::Config(ConfigCommand::Create(args)) = &arguments.command else {
            panic!("{arguments:?}");
        };
        let name = args.name.as_deref().map(ProfileName::parse);
        let now = Timestamp::from_unix_seconds(0);
        Draft::new(&ui, now, name.map(Result::unwrap), &args.fields).unwrap()
    }

    /// The questions that are asked where each answer leaves the draft as it is.
    fn asked(draft: &Draft, extent: Extent) -> Vec<Step> {
        let is_asked = |step: &Step| step.is_asked(draft, extent);
        Step::ALL.into_iter().filter(is_asked).collect()
    }

    #[test]
    fn what_flags_say_is_not_asked() {
        let nothing_said = asked(&draft(&[]), Extent::All);
        assert_eq!(
            nothing_said,
            [
                Step::Name,
                Step::Tenant,
                Step::ClientId,
                Step::Method,
                Step::Scopes,
                Step::WantsFlow,
                Step::Summary
            ]
        );
        for (flags, step) in [
            (&["--name", "sp"][..], Step::Name),
            (&["--tenant", "contoso.com"], Step::Tenant),
            (&["--client-id", "app"], Step::ClientId),
            (&["--auth-method", "Public"], Step::Method),
            (&["--redirect-uri", "http://localhost"], Step::Method),
            (&["--scope", "graph"], Step::Scopes),
            (&["--resource", "https://a.example"], Step::Scopes),
            (&["--default-flow", "DeviceCode"], Step::WantsFlow),
        ] {
            let asked = asked(&draft(flags), Extent::All);
            assert!(!asked.contains(&step), "{flags:?}: {asked:?}");
        }
    }

    #[test]
    fn a_redirect_uri_is_asked_for_the_flow_that_needs_one() {
        for flow in Flow::ALL {
            let draft = draft(&["--default-flow", flow.as_str()]);
            let asked = asked(&draft, Extent::All).contains(&Step::RedirectUri);
            assert_eq!(asked, flow == Flow::AuthorizationCode, "{flow}");
        }
    }

    #[test]
    fn where_the_application_is_named_only_its_proof_is_asked() {
        let asked_of = |flags: &[&str]| asked(&draft(flags), Extent::Needed);
        let named = ["--name", "sp", "--client-id", "app"];
        let with = |flags: &[&'static str]| [&named[..], flags].concat();
        assert_eq!(asked_of(&with(&[])), [Step::Method]);
        assert_eq!(
            asked_of(&with(&["--auth-method", "ClientSecret"])),
            [Step::ClientSecret]
        );
        assert_eq!(
            asked_of(&with(&["--auth-method", "Certificate"])),
            [Step::CertificateFile]
        );
        assert_eq!(asked_of(&with(&["--client-secret-env", "SECRET"])), []);
    }

    #[test]
    fn the_way_back_is_the_way_there() {
        for extent in [Extent::All, Extent::Needed] {
            let draft = draft(&["--auth-method", "ClientSecret"]);
            let there = asked(&draft, extent);
            for pair in there.windows(2) {
                assert_eq!(pair[0].after(&draft, extent), Some(pair[1]));
                assert_eq!(pair[1].before(&draft, extent), Some(pair[0]));
            }
            assert_eq!(there[0].before(&draft, extent), None);
            assert_eq!(there[there.len() - 1].after(&draft, extent), None);
        }
    }

    #[test]
    fn a_changed_method_misses_its_credential() {
        let mut draft = draft(&["--client-secret-env", "SECRET"]);
        assert_eq!(missing(&draft), None);
        for (method, step) in [
            (AuthMethod::Public, None),
            (AuthMethod::ClientAssertion, Some(Step::AssertionFile)),
            (AuthMethod::Certificate, Some(Step::CertificateFile)),
            (
                AuthMethod::PasswordlessCertificate,
                Some(Step::CertificateFile),
            ),
            (AuthMethod::ClientSecret, Some(Step::ClientSecret)),
        ] {
            draft.take_method(method);
            assert_eq!(missing(&draft), step, "{method}");
        }
    }
}
