//! The block that a person needs who signs in on another device (RFC 8628 §3.3).

use anstyle::Ansi256Color;
use anstyle::Style;
use engine::DeviceInvitation;
use protocol::text::escaped;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use qrcode::types::QrError;

/// Light on dark whatever the terminal's colours: these two of the 256 are never themed.
const QR_COLOURS: Style = Style::new()
    .fg_color(Some(anstyle::Color::Ansi256(Ansi256Color(231))))
    .bg_color(Some(anstyle::Color::Ansi256(Ansi256Color(16))));

/// The lines of the block. What the server wrote is escaped.
pub(super) fn block(invitation: &DeviceInvitation<'_>) -> Vec<String> {
    let code = escaped(invitation.user_code);
    let url = invitation.verification_uri.as_str();
    let mut lines = vec!["Device Code Authentication".to_owned()];
    match invitation.message {
        Some(message) => lines.push(escaped(message).into_owned()),
        None => lines.extend([
            format!("To sign in, use a web browser to open {url}"),
            format!("and enter the code: {code}"),
        ]),
    }
    lines.extend([format!("Code: {code}"), format!("URL: {url}")]);
    lines
}

/// The address as a QR code, the one with the code in it if the server gave it; two rows of
/// modules in a line, with the quiet zone that readers need.
///
/// # Errors
/// If the address is longer than a QR code holds.
pub(super) fn qr_code(invitation: &DeviceInvitation<'_>) -> Result<Vec<String>, QrError> {
    let url = invitation
        .verification_uri_complete
        .unwrap_or(invitation.verification_uri);
    let drawn = QrCode::new(url.as_str())?
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .quiet_zone(true)
        .build();
    let lines = drawn.lines();
    Ok(lines
        .map(|line| format!("{QR_COLOURS}{line}{QR_COLOURS:#}"))
        .collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use qrcode::Color;
    use url::Url;

    use super::*;

    fn invitation<'a>(url: &'a Url, message: Option<&'a str>) -> DeviceInvitation<'a> {
        DeviceInvitation {
            user_code: "ABCD-1234",
            verification_uri: url,
            verification_uri_complete: None,
            message,
            expires_in: Duration::from_mins(15),
        }
    }

    fn url() -> Url {
        Url::parse("https://microsoft.com/devicelogin").unwrap()
    }

    #[test]
    fn without_the_servers_words_ours_are_shown() {
        assert_eq!(
            block(&invitation(&url(), None)).join("\n"),
            "Device Code Authentication\n\
             To sign in, use a web browser to open https://microsoft.com/devicelogin\n\
             and enter the code: ABCD-1234\n\
             Code: ABCD-1234\n\
             URL: https://microsoft.com/devicelogin"
        );
    }

    #[test]
    fn the_servers_words_stay_one_line_and_obey_nobody() {
        let hostile = "Go to the page\r\nCode: EVIL-0000\x1b[2J";
        let url = url();
        let lines = block(&invitation(&url, Some(hostile)));
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[1], r"Go to the page\r\nCode: EVIL-0000\u{1b}[2J");
    }

    /// The modules as a reader sees them: what is not drawn is dark.
    fn seen(lines: &[String]) -> Vec<Vec<Color>> {
        let mut rows = Vec::new();
        for line in lines {
            let line = anstream::adapter::strip_str(line).to_string();
            let of = |lights: [char; 2]| -> Vec<Color> {
                let light = |one: char| lights.contains(&one);
                let color = |one| {
                    if light(one) {
                        Color::Light
                    } else {
                        Color::Dark
                    }
                };
                line.chars().map(color).collect()
            };
            rows.push(of(['█', '▀']));
            rows.push(of(['█', '▄']));
        }
        rows
    }

    #[test]
    fn the_qr_code_holds_the_address_that_holds_the_code() {
        let url = url();
        let complete = Url::parse("https://login.example/device?user_code=ABCD-1234").unwrap();
        let invitation = DeviceInvitation {
            verification_uri_complete: Some(&complete),
            ..invitation(&url, None)
        };
        let rows = seen(&qr_code(&invitation).unwrap());
        let code = QrCode::new(complete.as_str()).unwrap();
        let (width, quiet) = (code.width(), 4);
        assert!(rows.iter().all(|row| row.len() == width + 2 * quiet));
        for (y, row) in rows.iter().enumerate() {
            for (x, color) in row.iter().enumerate() {
                let inside = |at: usize| (quiet..quiet + width).contains(&at);
                let expected = if inside(x) && inside(y) {
                    code[(x - quiet, y - quiet)]
                } else if y < 2 * quiet + width {
                    Color::Light
                } else {
                    // The lower half of the last line, which no row is left for.
                    continue;
                };
                assert_eq!(*color, expected, "{x}, {y}");
            }
        }
    }
}
