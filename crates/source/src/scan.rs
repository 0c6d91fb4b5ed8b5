//! Lines and fields: the dialects of CSV, without copying a byte.

/// A line that is not blank.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) bytes: &'a [u8],
    /// Counted from 1, blank lines included.
    pub(crate) number: u32,
    /// Whether a line break follows; only the last line of a file can lack it.
    pub(crate) ended: bool,
}

/// The lines of a text that are not blank. A line ends with `\n`; a `\r` before it belongs to the line break.
#[derive(Debug, Clone)]
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
    number: u32,
}

impl<'a> Lines<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, number: 0 }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        while !self.rest.is_empty() {
            self.number = self.number.saturating_add(1);
            let (bytes, ended) = match self.rest.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    let (line, rest) = self.rest.split_at(end);
                    self.rest = rest.get(1..).unwrap_or_default();
                    (line, true)
                }
                None => (std::mem::take(&mut self.rest), false),
            };
            if !bytes.trim_ascii().is_empty() {
                let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
                return Some(Line { bytes, number: self.number, ended });
            }
        }
        None
    }
}

/// A field begins with a quote that is not closed, or goes on after the closing one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QuoteFault;

/// Writes the fields of `line` into `fields`, without the spaces and quotes around them.
pub(crate) fn split<'a>(line: &'a [u8], delimiter: u8, fields: &mut Vec<&'a [u8]>) -> Result<(), QuoteFault> {
    fields.clear();
    if !line.contains(&b'"') {
        fields.extend(line.split(|byte| *byte == delimiter).map(<[u8]>::trim_ascii));
        return Ok(());
    }
    let mut rest = line;
    loop {
        let (field, after) = match rest.trim_ascii_start().strip_prefix(b"\"") {
            Some(inside) => {
                let (field, after) = quoted(inside)?;
                let after = skip_blanks(after, delimiter);
                match after.split_first() {
                    None => (field, None),
                    Some((byte, after)) if *byte == delimiter => (field, Some(after)),
                    Some(_) => return Err(QuoteFault),
                }
            }
            None => match rest.iter().position(|byte| *byte == delimiter) {
                Some(end) => {
                    let (field, after) = rest.split_at(end);
                    (field.trim_ascii(), after.get(1..))
                }
                None => (rest.trim_ascii(), None),
            },
        };
        fields.push(field);
        match after {
            Some(after) => rest = after,
            None => return Ok(()),
        }
    }
}

/// What stands up to the closing quote, and what follows it. A doubled quote stays doubled.
fn quoted(inside: &[u8]) -> Result<(&[u8], &[u8]), QuoteFault> {
    let mut from = 0;
    while let Some(at) = inside.get(from..).and_then(|rest| rest.iter().position(|byte| *byte == b'"')) {
        let (field, after) = inside.split_at_checked(from + at).ok_or(QuoteFault)?;
        let after = after.get(1..).unwrap_or_default();
        if after.first() != Some(&b'"') {
            return Ok((field, after));
        }
        from += at + 2;
    }
    Err(QuoteFault)
}

/// Spaces after a closing quote; a tab may be the delimiter.
fn skip_blanks(bytes: &[u8], delimiter: u8) -> &[u8] {
    let blanks = bytes.iter().take_while(|byte| byte.is_ascii_whitespace() && **byte != delimiter).count();
    bytes.get(blanks..).unwrap_or_default()
}

/// The delimiter of a file, from its first line: a tab if there is one, else a semicolon if there is one, else a comma.
pub(crate) fn delimiter(line: &[u8]) -> u8 {
    let mut quoted = false;
    let mut found = b',';
    for byte in line {
        match byte {
            b'"' => quoted = !quoted,
            b'\t' if !quoted => return b'\t',
            b';' if !quoted => found = b';',
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str, delimiter: u8) -> Result<Vec<String>, QuoteFault> {
        let mut fields = Vec::new();
        split(line.as_bytes(), delimiter, &mut fields)?;
        Ok(fields.into_iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect())
    }

    #[test]
    fn lines_count_blank_ones_but_do_not_show_them() {
        let lines: Vec<_> = Lines::new(b"\n a\r\n \r\n\nb")
            .map(|line| (line.number, String::from_utf8_lossy(line.bytes).into_owned(), line.ended))
            .collect();
        assert_eq!(lines, [(2, " a".into(), true), (5, "b".into(), false)]);
    }

    #[test]
    fn fields_lose_their_quotes_and_the_spaces_around() {
        assert_eq!(fields("1, 2 ,3", b',').unwrap(), ["1", "2", "3"]);
        assert_eq!(fields("\"1\", \"2,5\" ,3,", b',').unwrap(), ["1", "2,5", "3", ""]);
        assert_eq!(fields("\"a\"\"b\";\"\"", b';').unwrap(), ["a\"\"b", ""]);
        assert_eq!(fields("\"a\"\t\"b\"", b'\t').unwrap(), ["a", "b"]);
        assert_eq!(fields("5\",6", b',').unwrap(), ["5\"", "6"]);
        assert_eq!(fields("\"\"\"", b','), Err(QuoteFault));
        assert_eq!(fields("1,\"2", b','), Err(QuoteFault));
        assert_eq!(fields("\"1\"2,3", b','), Err(QuoteFault));
    }

    #[test]
    fn the_delimiter_is_looked_for_outside_of_quotes() {
        assert_eq!(delimiter(b"a,b"), b',');
        assert_eq!(delimiter(b"a;1,5"), b';');
        assert_eq!(delimiter(b"\"a;b\",c"), b',');
        assert_eq!(delimiter(b"a;b\tc"), b'\t');
    }
}
