//! Which clipboard is the one of the person who sits there.

use crate::settings::Variables;

/// Where a copy goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To the clipboard of this desktop.
    Desktop,
    /// To that of the terminal, at the other end of an SSH connection.
    Terminal,
    /// Nowhere: there is no display and no terminal that could have one.
    Nowhere,
}

/// Where clipboards are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    /// With the display, if there is one.
    Display,
    /// With the operating system (macOS); terminals are files.
    Own,
    /// With the operating system (Windows); terminals are no files.
    OwnWithoutTerminalFiles,
}

const HERE: System = if cfg!(windows) {
    System::OwnWithoutTerminalFiles
} else if cfg!(target_os = "macos") {
    System::Own
} else {
    System::Display
};

impl Way {
    /// The way out of this process's session.
    pub(super) fn of(variables: &Variables) -> Self {
        let is_set = |name| variables.raw(name).is_some();
        let has_display = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
        let is_remote = is_set("SSH_TTY") || is_set("SSH_CONNECTION");
        Self::out_of(HERE, has_display, is_remote)
    }

    /// A display that SSH forwards is the person's own. The clipboard of a machine reached by SSH
    /// is not, but where the terminal cannot be asked, it is all there is.
    fn out_of(system: System, has_display: bool, is_remote: bool) -> Self {
        let can_ask_terminal = system != System::OwnWithoutTerminalFiles;
        if has_display {
            Self::Desktop
        } else if is_remote && can_ask_terminal {
            Self::Terminal
        } else if system == System::Display {
            Self::Nowhere
        } else {
            Self::Desktop
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_is_used_where_there_is_one() {
        for is_remote in [false, true] {
            assert_eq!(Way::out_of(System::Display, true, is_remote), Way::Desktop);
        }
        assert_eq!(Way::out_of(System::Display, false, false), Way::Nowhere);
    }

    #[test]
    fn over_ssh_the_clipboard_is_at_the_other_end() {
        for system in [System::Display, System::Own] {
            assert_eq!(Way::out_of(system, false, true), Way::Terminal);
        }
    }

    #[test]
    fn a_system_clipboard_needs_no_display() {
        assert_eq!(Way::out_of(System::Own, false, false), Way::Desktop);
        for is_remote in [false, true] {
            assert_eq!(
                Way::out_of(System::OwnWithoutTerminalFiles, false, is_remote),
                Way::Desktop
            );
        }
    }
}
