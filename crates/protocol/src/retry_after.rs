//! How long a server asks to wait (RFC 9110 §10.2.3).

use std::time::Duration;

use model::Timestamp;

use crate::HttpResponse;

/// The reply's `Retry-After`: seconds, or a date, which is read against the reply's own `Date` so
/// that a wrong clock here does not matter, and against `received` where there is none.
pub(crate) fn of(response: &HttpResponse, received: Timestamp) -> Option<Duration> {
    let value = response.header("retry-after")?;
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(value)?;
    let now = response
        .header("date")
        .and_then(http_date)
        .unwrap_or(received);
    let seconds = u64::try_from(until.seconds_since(now)).unwrap_or(0);
    Some(Duration::from_secs(seconds))
}

impl HttpResponse {
    /// How long the server asks to wait before the next request; `received` is when the reply
    /// came, by this machine's clock.
    pub fn retry_after(&self, received: Timestamp) -> Option<Duration> {
        of(self, received)
    }

    /// When the server says it sent this (RFC 9110 §6.6.1).
    pub fn date(&self) -> Option<Timestamp> {
        self.header("date").and_then(http_date)
    }
}

fn http_date(text: &str) -> Option<Timestamp> {
    let instant = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_unix_seconds(
        instant.timestamp().as_second(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(headers: &[(&str, &str)]) -> Option<u64> {
        let response = HttpResponse {
            status: 429,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: Vec::new(),
        };
        // Sun, 06 Nov 1994 08:49:37 GMT
        of(&response, Timestamp::from_unix_seconds(784_111_777)).map(|delay| delay.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_read() {
        assert_eq!(wait(&[("Retry-After", "17")]), Some(17));
        assert_eq!(
            wait(&[("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")]),
            Some(60)
        );
        assert_eq!(
            wait(&[("retry-after", "Sun, 06 Nov 1994 08:48:37 GMT")]),
            Some(0)
        );
        assert_eq!(wait(&[]), None);
        for bad in ["", "-1", "1.5", "soon", "99999999999999999999999"] {
            assert_eq!(wait(&[("retry-after", bad)]), None, "{bad}");
        }
    }

    #[test]
    fn a_date_is_read_against_the_servers_own_clock() {
        let headers = [
            ("date", "Sun, 06 Nov 1994 09:00:00 GMT"),
            ("retry-after", "Sun, 06 Nov 1994 09:00:05 GMT"),
        ];
        assert_eq!(wait(&headers), Some(5));
    }
}
