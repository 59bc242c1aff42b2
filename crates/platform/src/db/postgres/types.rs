//! Values to and from the types the server inferred.

use bytes::{BufMut, BytesMut};
use jiff::{Timestamp, civil::Date};
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};

use crate::db::{Bound, Cell};

type Refused = Box<dyn std::error::Error + Sync + Send>;

/// Microseconds from 1970 to 2000, where PostgreSQL counts from.
const EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;
/// The same moment as a day.
const EPOCH_DAY: Date = jiff::civil::date(2000, 1, 1);

/// A bound value as PostgreSQL has it.
#[derive(Debug)]
pub(super) struct Arg<'a>(pub(super) Bound<'a>);

impl ToSql for Arg<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        match &self.0 {
            Bound::Null => return Ok(IsNull::Yes),
            Bound::Bool(v) if *ty == Type::BOOL => out.put_u8(u8::from(*v)),
            Bound::Int(v) => match *ty {
                Type::INT8 => out.put_i64(*v),
                Type::INT4 => out.put_i32((*v).try_into().map_err(|_| "a whole number beyond integer")?),
                Type::INT2 => out.put_i16((*v).try_into().map_err(|_| "a whole number beyond smallint")?),
                Type::FLOAT8 => out.put_f64(*v as f64),
                _ => return Err(self.unlike(ty)),
            },
            Bound::Float(v) if *ty == Type::FLOAT8 => out.put_f64(*v),
            Bound::Float(v) if *ty == Type::FLOAT4 => out.put_f32(*v as f32),
            Bound::Text(v) => self.text(v, ty, out)?,
            Bound::Bytes(v) if *ty == Type::BYTEA => out.put_slice(v),
            Bound::Time(v) if *ty == Type::TIMESTAMPTZ => out.put_i64(v.as_microsecond() - EPOCH_MICROSECONDS),
            Bound::Date(v) if *ty == Type::DATE => put_day(*v, out)?,
            Bound::Date(v) => self.text(&v.to_string(), ty, out)?,
            _ => return Err(self.unlike(ty)),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl Arg<'_> {
    fn text(&self, text: &str, ty: &Type, out: &mut BytesMut) -> Result<(), Refused> {
        if text.contains('\0') {
            return Err("a text holds U+0000".into());
        }
        match *ty {
            Type::DATE => put_day(text.parse().map_err(|_| "a text that is no day")?, out)?,
            Type::JSONB => {
                out.put_u8(1);
                out.put_slice(text.as_bytes());
            }
            _ if is_text(ty) => out.put_slice(text.as_bytes()),
            _ => return Err(self.unlike(ty)),
        }
        Ok(())
    }

    fn unlike(&self, ty: &Type) -> Refused {
        format!("{} was bound where {} is asked for", self.0.kind(), ty.name()).into()
    }
}

fn put_day(day: Date, out: &mut BytesMut) -> Result<(), Refused> {
    let days = EPOCH_DAY.until(day).map_err(|_| "a day out of range")?.get_days();
    out.put_i32(days);
    Ok(())
}

fn is_text(ty: &Type) -> bool {
    matches!(*ty, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::JSON)
        || matches!(ty.kind(), Kind::Enum(_))
}

/// A column as it came over the wire.
struct Native<'a>(Cell<'a>);

impl<'a> FromSql<'a> for Native<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Refused> {
        Ok(Self(match *ty {
            Type::BOOL => Cell::Bool(bool::from_sql(ty, raw)?),
            Type::INT2 => Cell::Int(i16::from_sql(ty, raw)?.into()),
            Type::INT4 => Cell::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT8 => Cell::Int(i64::from_sql(ty, raw)?),
            Type::OID => Cell::Int(u32::from_sql(ty, raw)?.into()),
            Type::FLOAT4 => Cell::Float(f32::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Cell::Float(f64::from_sql(ty, raw)?),
            Type::BYTEA => Cell::Bytes(raw),
            Type::VOID => Cell::Null,
            Type::TIMESTAMPTZ => Cell::Time(moment(i64::from_sql(&Type::INT8, raw)?)?),
            Type::DATE => Cell::Date(day(i32::from_sql(&Type::INT4, raw)?)?),
            Type::JSONB => Cell::Text(std::str::from_utf8(raw.get(1..).unwrap_or_default())?),
            _ if is_text(ty) => Cell::Text(std::str::from_utf8(raw)?),
            _ => return Err(format!("the type {} is not read here, cast it", ty.name()).into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Refused> {
        Ok(Self(Cell::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn moment(since_2000: i64) -> Result<Timestamp, Refused> {
    let microseconds = since_2000.checked_add(EPOCH_MICROSECONDS).ok_or("a moment out of range")?;
    Ok(Timestamp::from_microsecond(microseconds).map_err(|_| "a moment out of range")?)
}

fn day(since_2000: i32) -> Result<Date, Refused> {
    let span = jiff::Span::new().try_days(since_2000).map_err(|_| "a day out of range")?;
    Ok(EPOCH_DAY.checked_add(span).map_err(|_| "a day out of range")?)
}

/// What lies in a column.
pub(in crate::db) fn cell(row: &tokio_postgres::Row, at: usize) -> Result<Cell<'_>, String> {
    if at >= row.len() {
        return Err("there is no such column".to_owned());
    }
    row.try_get::<_, Native<'_>>(at)
        .map(|native| native.0)
        .map_err(|error| std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string))
}
