//! The Tab key, in the shells themselves, and what their scripts ask.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use crate::support::Call;
use crate::support::Home;
use crate::support::Terminal;
use crate::support::World;

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

/// What a shell may take to answer without anybody noticing.
const UNNOTICED: Duration = Duration::from_millis(50);

/// A home with these profiles.
fn home_with(names: &[&str]) -> Home {
    let home = Home::new();
    let mut text = String::new();
    for name in names {
        let comma = if text.is_empty() { "" } else { "," };
        let name = serde_json::Value::from(*name);
        write!(
            text,
            "{comma}{{\"name\": {name}, \"authMethod\": \"Public\", \"clientId\": \
             \"11111111-2222-3333-4444-555555555555\"}}"
        )
        .unwrap();
    }
    home.put(".config/entra-auth-cli/profiles.json", format!("[{text}]"));
    home
}

/// What the program answers a shell; the last word is under the cursor.
fn answer(home: &Home, shell: &str, line: &str) -> String {
    let (words, current) = line.rsplit_once(' ').unwrap();
    let current = format!("--current={current}");
    home.call(&["complete", shell, &current, "--"])
        .args(words.split(' '))
        .run()
        .answer()
}

/// A shell that finds the program by its name.
fn shell(home: &Home, program: &str) -> Call {
    let ours = Path::new(env!("CARGO_BIN_EXE_entra-auth-cli"));
    let path = format!(
        "{}:{}",
        ours.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    home.call_of(Path::new(program)).env("PATH", path)
}

fn bash(home: &Home) -> Terminal {
    let start = home.put(
        "bashrc",
        "source <(entra-auth-cli completions bash)\nPS1='ready> '\n",
    );
    let call = shell(home, "bash").args(["--noprofile", "--rcfile"]);
    Terminal::start(call.arg(start).arg("-i"))
}

fn zsh(home: &Home) -> Terminal {
    home.put(
        ".zshrc",
        "autoload -Uz compinit && compinit -u -D\n\
         source <(entra-auth-cli completions zsh)\nPS1='ready> '\n",
    );
    Terminal::start(shell(home, "zsh").arg("-i"))
}

fn elvish(home: &Home) -> Terminal {
    let start = home.put(
        "rc.elv",
        "eval (entra-auth-cli completions elvish | slurp)\n\
         set edit:prompt = { put 'ready> ' }\n",
    );
    Terminal::start(shell(home, "elvish").arg("-rc").arg(start))
}

/// What fish would offer for this line.
fn fish(home: &Home, line: &str) -> Vec<String> {
    let script =
        "entra-auth-cli completions fish | source; complete --do-complete \"$COMMAND_LINE\"";
    let offered = shell(home, "fish")
        .args(["--no-config", "-c", script])
        .env("COMMAND_LINE", line)
        .run()
        .answer();
    offered.lines().map(str::to_owned).collect()
}

#[test]
fn bash_and_zsh_and_elvish_finish_what_is_typed() {
    for start in [bash, zsh, elvish] {
        let home = home_with(&["work", "home"]);
        let mut terminal = start(&home);
        terminal.wait_for("ready> ");
        // The line runs as the shell finished it.
        terminal.type_line("entra-auth-cli config sho\twor\t-o jso\t");
        terminal.wait_for("\"name\": \"work\"");
        terminal.type_line("exit");
        let (shown, code) = terminal.end();
        assert_eq!(code, 0, "{shown}");
        assert!(!shown.contains("\"home\""), "{shown}");
    }
}

#[test]
fn bash_and_zsh_finish_a_value_behind_an_equals_sign() {
    for start in [bash, zsh] {
        let home = home_with(&["work", "home"]);
        let mut terminal = start(&home);
        terminal.wait_for("ready> ");
        terminal.type_line("entra-auth-cli config show --profile=wor\t--output=jso\t");
        terminal.wait_for("\"name\": \"work\"");
        terminal.type_line("exit");
        assert_eq!(terminal.end().1, 0);
    }
}

#[test]
fn bash_and_zsh_and_elvish_finish_the_path_of_a_file_and_quote_it() {
    // Elvish shows a word that needs quotes to choose from; the first Return takes it.
    for (start, flag) in [
        (bash as fn(&Home) -> Terminal, "--ca-file compa\t"),
        (bash, "--ca-file=compa\t"),
        (zsh, "--ca-file compa\t"),
        (zsh, "--ca-file=compa\t"),
        (elvish, "--ca-file compa\t\r"),
    ] {
        let home = World::with_profile().home;
        let file = home.put("company roots.pem", "");
        let mut terminal = start(&home);
        terminal.wait_for("ready> ");
        terminal.type_line(&format!("entra-auth-cli config edit sp {flag}"));
        terminal.wait_for("Changed profile");
        terminal.type_line("exit");
        assert_eq!(terminal.end().1, 0);
        let profiles = std::fs::read_to_string(home.profiles()).unwrap();
        let profiles: serde_json::Value = serde_json::from_str(&profiles).unwrap();
        assert_eq!(profiles[0]["caFile"], file.to_str().unwrap());
    }
}

#[test]
fn fish_offers_what_fits_and_says_what_it_is() {
    let home = home_with(&["work", "home"]);
    assert_eq!(fish(&home, "entra-auth-cli config show wor"), ["work"]);
    assert_eq!(
        fish(&home, "entra-auth-cli get-token --profile=wor"),
        ["--profile=work"]
    );
    assert_eq!(
        fish(&home, "entra-auth-cli cache l"),
        ["list\tList cached tokens and who signed in, without any token"]
    );
    assert_eq!(
        fish(&home, "entra-auth-cli get-token -f Dev"),
        ["DeviceCode"]
    );
    assert_eq!(fish(&home, "entra-auth-cli config show no"), [""; 0]);
}

#[test]
fn fish_finishes_the_path_of_a_file() {
    let home = home_with(&[]);
    home.put("company.pem", "");
    for (flag, offered) in [
        ("--ca-file ", "company.pem"),
        ("--ca-file=", "--ca-file=company.pem"),
    ] {
        let found = fish(&home, &format!("entra-auth-cli get-token {flag}compa"));
        let names: Vec<&str> = found
            .iter()
            .map(|line| line.split('\t').next().unwrap())
            .collect();
        assert_eq!(names, [offered], "{flag}");
    }
}

#[test]
fn a_name_that_no_profile_may_have_is_not_offered() {
    let hostile = [
        "$(touch hit)",
        "`touch hit`",
        "work;touch hit",
        "work\ntouch hit",
        "work\u{1b}[2J",
        ":files",
        "../x y",
        "--yes",
        "-q",
        "w\u{202e}krow",
        "",
    ];
    let home = home_with(&[&["work"], &hostile[..]].concat());
    for shell in SHELLS {
        let answer = answer(&home, shell, "get-token -p ");
        assert_eq!(answer.trim_end(), "work", "{shell}");
    }
    let mut terminal = bash(&home);
    terminal.wait_for("ready> ");
    terminal.type_line("entra-auth-cli config show \t-o json");
    terminal.wait_for("\"name\": \"work\"");
    terminal.type_line("exit");
    terminal.end();
    assert!(!home.at("hit").exists());
}

#[test]
fn what_cannot_be_read_costs_the_names_and_nothing_else() {
    let home = home_with(&["work"]);
    for broken in ["{", "null", "[{\"name\": 7}]", "\u{0}", ""] {
        home.put(".config/entra-auth-cli/profiles.json", broken);
        assert_eq!(answer(&home, "zsh", "get-token -p "), "", "{broken:?}");
        assert_eq!(
            answer(&home, "bash", "get-token -f D"),
            "DeviceCode\n",
            "{broken:?}"
        );
    }
    std::fs::remove_file(home.profiles()).unwrap();
    std::fs::create_dir(home.profiles()).unwrap();
    assert_eq!(answer(&home, "fish", "get-token -p "), "");
}

#[test]
fn the_directory_in_force_is_the_one_that_is_read() {
    let home = home_with(&["work"]);
    home.put("other/profiles.json", r#"[{"name": "elsewhere"}]"#);
    let offered = home
        .call(&["complete", "bash", "--current=", "--", "config", "show"])
        .env("ENTRA_AUTH_CONFIG_DIR", home.at("other"))
        .run();
    assert_eq!(offered.answer(), "elsewhere\n");
}

#[test]
fn nothing_is_written_and_no_key_is_asked_for() {
    let home = home_with(&["work"]);
    let before = home.files();
    let offered = home
        .call(&["complete", "bash", "--current=", "--", "get-token", "-p"])
        .env("ENTRA_AUTH_KEY_STORE", "keyring")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        .run();
    assert_eq!(offered.answer(), "work\n");
    assert_eq!(home.files(), before);
    assert!(!home.state().exists() && !home.data().exists());
}

#[test]
fn a_thousand_profiles_are_offered_before_anybody_notices() {
    let names: Vec<String> = (0..1000)
        .map(|number| format!("profile-{number}"))
        .collect();
    let home = home_with(&names.iter().map(String::as_str).collect::<Vec<_>>());
    // Other tests have the machine as well: the best of several tells what it takes.
    let best = (0..10)
        .map(|_| {
            let begin = Instant::now();
            let offered = answer(&home, "zsh", "get-token -p profile-99");
            assert_eq!(offered.lines().count(), 11);
            begin.elapsed()
        })
        .min();
    assert!(best.unwrap() < UNNOTICED, "{best:?}");
}

#[test]
fn each_script_asks_for_its_own_shell_and_says_how_it_is_installed() {
    let home = Home::new();
    for shell in SHELLS {
        let script = home.call(&["completions", shell]).run().answer();
        assert!(script.contains(&format!("completions {shell}")), "{shell}");
        let asks = [
            format!("complete {shell} --current="),
            format!("'complete' '{shell}' \"--current="),
        ];
        assert!(asks.iter().any(|ask| script.contains(ask)), "{shell}");
    }
    let pwsh = home.call(&["completions", "pwsh"]).run().answer();
    let powershell = home.call(&["completions", "powershell"]).run().answer();
    assert_eq!(pwsh, powershell);
    home.call(&["completions", "tcsh"]).run().failure(4);
}

/// PowerShell is not run here: what its script must not do is read from it.
#[test]
fn powershell_runs_nothing_that_was_typed() {
    let home = Home::new();
    let script = home.call(&["completions", "powershell"]).run().answer();
    let code: Vec<&str> = script
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect();
    let code = code.join("\n");
    for evaluation in [
        "Invoke-Expression",
        "iex",
        "ScriptBlock]::Create",
        "SafeGetValue",
    ] {
        assert!(!code.contains(evaluation), "{evaluation}");
    }
    assert!(code.starts_with("\nRegister-ArgumentCompleter -Native -CommandName 'entra-auth-cli'"));
    assert!(
        code.contains("'--' @words"),
        "each word is an argument of its own"
    );
    for (open, close) in [('{', '}'), ('(', ')'), ('[', ']')] {
        let count = |wanted| code.matches(wanted).count();
        assert_eq!(count(open), count(close), "{open}");
    }
}
