//! An insert of one row, in the words that insert many: the server plans and starts a statement once instead of once a row.

/// How many rows one statement takes at most, and what is left is taken by: few sizes, for each is prepared once.
const SIZES: [usize; 3] = [64, 8, 1];

/// How many of so many rows the next statement takes.
pub(super) fn together(rows: usize) -> usize {
    SIZES.into_iter().find(|size| *size <= rows).unwrap_or(1)
}

/// `insert … values ($1, …, $n) …` with so many rows. None where there are no values, or a `$` stands elsewhere.
pub(super) fn rows(sql: &str, count: usize) -> Option<String> {
    let begin = sql.find("values (")? + "values ".len();
    let end = begin + sql[begin..].find(')')? + 1;
    let (before, row, after) = (&sql[..begin], &sql[begin..end], &sql[end..]);
    let mut pieces = row.split('$');
    let first = pieces.next()?;
    let places: Vec<(usize, &str)> = pieces
        .map(|piece| {
            let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
            Some((piece[..digits].parse().ok()?, &piece[digits..]))
        })
        .collect::<Option<_>>()?;
    if before.contains('$') || after.contains('$') {
        return None;
    }
    let width = places.iter().map(|(number, _)| *number).max()?;
    let mut text = String::with_capacity(before.len() + after.len() + count * (row.len() + 2 * places.len() + 2));
    text.push_str(before);
    for number in 0..count {
        text.push_str(if number == 0 { "" } else { ", " });
        text.push_str(first);
        for (place, rest) in &places {
            text.push('$');
            text.push_str(&(number * width + place).to_string());
            text.push_str(rest);
        }
    }
    text.push_str(after);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{rows, together};

    #[test]
    fn a_row_becomes_many() {
        let one = "insert into a (x, y, z) values ($1, 'w', $2) on conflict (x) do nothing returning x";
        let two = "insert into a (x, y, z) values ($1, 'w', $2), ($3, 'w', $4) on conflict (x) do nothing returning x";
        assert_eq!(rows(one, 1).as_deref(), Some(one));
        assert_eq!(rows(one, 2).as_deref(), Some(two));
    }

    #[test]
    fn what_is_no_plain_insert_of_values_is_none() {
        for other in [
            "insert into a (x) select $1",
            "update a set x = $1 where y = $2",
            "insert into a (x) values ($1) on conflict (x) do update set x = excluded.x where a.x = $2",
        ] {
            assert_eq!(rows(other, 2), None, "{other}");
        }
    }

    #[test]
    fn every_row_has_its_turn_in_few_statements() {
        let mut left = 500;
        let mut statements = 0;
        while left > 0 {
            left -= together(left);
            statements += 1;
        }
        assert_eq!(statements, 7 + 6 + 4);
    }
}
