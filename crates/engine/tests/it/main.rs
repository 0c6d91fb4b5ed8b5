//! Whole runs over stub venues.

mod attribution;
mod support;
mod walls;
