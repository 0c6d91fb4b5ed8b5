use levmine_market::Timestamp;

/// Values in time, the oldest first, no two at the same time.
///
/// What a history knows at a time is its last sample at or before it; nothing is interpolated, and nothing of the
/// future is shown. [`Samples::at`] searches; a [`Cursor`] is for stepping forward.
pub trait Samples {
    /// One sample.
    type Sample;

    /// The times, strictly ascending.
    fn times(&self) -> &[Timestamp];

    /// The sample of this index.
    fn sample(&self, index: usize) -> Option<Self::Sample>;

    /// The number of samples.
    fn len(&self) -> usize {
        self.times().len()
    }

    /// Whether there is none; no history that was read from a file is empty.
    fn is_empty(&self) -> bool {
        self.times().is_empty()
    }

    /// The time of the first sample.
    fn first(&self) -> Option<Timestamp> {
        self.times().first().copied()
    }

    /// The time of the last sample.
    fn last(&self) -> Option<Timestamp> {
        self.times().last().copied()
    }

    /// The index of the last sample at or before `time`; `None` before the first.
    fn index_at(&self, time: Timestamp) -> Option<usize> {
        self.times().partition_point(|known| *known <= time).checked_sub(1)
    }

    /// The last sample at or before `time`; `None` before the first.
    fn at(&self, time: Timestamp) -> Option<Self::Sample> {
        self.sample(self.index_at(time)?)
    }

    /// The samples in order.
    fn iter(&self) -> Steps<'_, Self> {
        Steps { samples: self, next: 0 }
    }

    /// A reader that steps forward from the first sample.
    fn cursor(&self) -> Cursor<'_, Self> {
        Cursor { samples: self, after: 0 }
    }
}

/// The samples of a history in order.
#[derive(Debug)]
pub struct Steps<'a, S: ?Sized> {
    samples: &'a S,
    next: usize,
}

impl<S: Samples + ?Sized> Iterator for Steps<'_, S> {
    type Item = S::Sample;

    fn next(&mut self) -> Option<S::Sample> {
        let sample = self.samples.sample(self.next)?;
        self.next += 1;
        Some(sample)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.samples.len().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl<S: Samples + ?Sized> ExactSizeIterator for Steps<'_, S> {}

/// Reads a history at times that do not fall: a whole run costs as much as there are samples.
///
/// # Examples
///
/// ```
/// use levmine_market::Timestamp;
/// use levmine_source::{Reading, Samples, Shape, parse_history};
///
/// let file = b"ts,price\n1600000000,100\n1600000060,101\n1600000120,102\n";
/// let history = parse_history("eth.csv", file, &Shape::default(), &Reading::default())?;
/// let mut cursor = history.cursor();
/// assert!(cursor.advance(Timestamp(1_599_999_999)).is_none());
/// assert_eq!(cursor.advance(Timestamp(1_600_000_090)).map(|point| point.line), Some(3));
/// assert_eq!(cursor.advance(Timestamp(1_600_000_120)).map(|point| point.line), Some(4));
/// # Ok::<(), levmine_source::SourceError>(())
/// ```
#[derive(Debug)]
pub struct Cursor<'a, S: ?Sized> {
    samples: &'a S,
    /// The number of samples at or before the last time asked for.
    after: usize,
}

impl<S: Samples + ?Sized> Cursor<'_, S> {
    /// The last sample at or before `time`; `None` before the first. The cursor does not go back: for a time before
    /// the one asked for last, it answers as for that one.
    pub fn advance(&mut self, time: Timestamp) -> Option<S::Sample> {
        self.samples.sample(self.seek(time)?)
    }

    /// The index of what [`Self::advance`] answers.
    pub fn seek(&mut self, time: Timestamp) -> Option<usize> {
        let times = self.samples.times();
        while times.get(self.after).is_some_and(|next| *next <= time) {
            self.after += 1;
        }
        self.after.checked_sub(1)
    }

    /// The time of the next sample; `None` after the last.
    #[must_use]
    pub fn next_time(&self) -> Option<Timestamp> {
        self.samples.times().get(self.after).copied()
    }
}
