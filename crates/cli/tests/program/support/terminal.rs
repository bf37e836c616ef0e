//! The program on a terminal, with somebody who types.

use std::os::fd::AsFd as _;
use std::process::Command;

use rexpect::process::WaitStatus;
use rexpect::session::PtySession;
use rustix::termios::Winsize;

use super::Call;
use super::PATIENCE;

/// A terminal on which the program runs. Everything it shows can be looked at afterwards.
pub(crate) struct Terminal {
    session: PtySession,
    shown: String,
}

impl Terminal {
    pub(crate) fn start(call: Call) -> Self {
        let patience = u64::try_from(PATIENCE.as_millis()).unwrap();
        let command = call.env("TERM", "xterm-256color").into_command();
        Self {
            session: rexpect::session::spawn_command(command, Some(patience)).unwrap(),
            shown: String::new(),
        }
    }

    /// The same on a terminal that is so wide from the beginning.
    pub(crate) fn start_with_columns(columns: u16, call: Call) -> Self {
        let patience = u64::try_from(PATIENCE.as_millis()).unwrap();
        let meant = call.env("TERM", "xterm-256color").into_command();
        let mut command = Command::new("sh");
        let script = format!("stty cols {columns} rows 24 && exec \"$0\" \"$@\"");
        command.arg("-c").arg(script).arg(meant.get_program());
        command.args(meant.get_args()).env_clear();
        for (name, value) in meant.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        Self {
            session: rexpect::session::spawn_command(command, Some(patience)).unwrap(),
            shown: String::new(),
        }
    }

    /// Waits until this text is shown.
    pub(crate) fn wait_for(&mut self, text: &str) {
        match self.session.exp_string(text) {
            Ok(before) => {
                self.shown.push_str(&before);
                self.shown.push_str(text);
            }
            Err(error) => panic!("{text:?} is never shown: {error}: {}", self.shown),
        }
    }

    /// The rest of the line.
    pub(crate) fn read_line(&mut self) -> String {
        let line = self.session.read_line().unwrap();
        self.shown.push_str(&line);
        line
    }

    pub(crate) fn type_line(&mut self, text: &str) {
        self.type_keys(&format!("{text}\r"));
    }

    /// Types without Enter.
    pub(crate) fn type_keys(&mut self, text: &str) {
        self.session.send(text).unwrap();
        self.session.flush().unwrap();
    }

    /// Pastes as terminals do that were asked to bracket it (DEC private mode 2004).
    pub(crate) fn paste(&mut self, text: &str) {
        self.type_keys(&format!("\x1b[200~{text}\x1b[201~"));
    }

    pub(crate) fn press_escape(&mut self) {
        self.type_keys("\x1b");
    }

    pub(crate) fn press_control(&mut self, key: char) {
        self.session.send_control(key).unwrap();
    }

    /// Gives the terminal another size, which the program is told of (TIOCSWINSZ).
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        let terminal = self.session.process().get_file_handle().unwrap();
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        rustix::termios::tcsetwinsize(terminal.as_fd(), size).unwrap();
    }

    /// Everything shown until the end, and the exit code.
    pub(crate) fn end(mut self) -> (String, i32) {
        let rest = self.session.exp_eof().unwrap();
        self.shown.push_str(&rest);
        match self.session.process().wait().unwrap() {
            WaitStatus::Exited(_, code) => (self.shown, code),
            other => panic!("{other:?}: {}", self.shown),
        }
    }
}
