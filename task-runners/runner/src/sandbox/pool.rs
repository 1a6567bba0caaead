//! Hosts that wait ready. What was asked for lately is asked for again: for each of the latest kinds
//! of host (image and limits) a few are kept that have started and wait for their script, with a
//! shell already on the first terminal.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use task_protocol::{LabLimits, WarmPool};

use super::host::Host;
use super::{Oci, SandboxError};
use crate::image::Image;

/// How many kinds are remembered.
const KINDS_MAX: usize = 6;

/// The pool.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// The kind that was asked for last comes first.
    kinds: Mutex<Vec<Kind>>,
    hits: AtomicU64,
    misses: AtomicU64,
    /// How many of a kind are kept; none when it is zero.
    size: AtomicU64,
    /// Held by whoever fills it: one at a time, so that labs that start are not held up.
    filling: Mutex<()>,
}

#[derive(Debug)]
struct Kind {
    image: Image,
    limits: LabLimits,
    ready: Vec<Host>,
}

impl Pool {
    fn kinds(&self) -> MutexGuard<'_, Vec<Kind>> {
        self.kinds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A ready host, and the kind is remembered.
    fn take(&self, image: &Image, limits: LabLimits) -> Option<Host> {
        let mut kinds = self.kinds();
        let place = kinds
            .iter()
            .position(|kind| kind.image == *image && kind.limits == limits);
        let mut kind = match place {
            Some(place) => kinds.remove(place),
            None => Kind {
                image: image.clone(),
                limits,
                ready: Vec::new(),
            },
        };
        let host = kind.ready.pop();
        kinds.insert(0, kind);
        let forgotten = (kinds.len() > KINDS_MAX).then(|| kinds.split_off(KINDS_MAX));
        drop(kinds);
        // Their hosts end, which takes a moment.
        drop(forgotten);
        let count = if host.is_some() {
            &self.hits
        } else {
            &self.misses
        };
        count.fetch_add(1, Ordering::Relaxed);
        host
    }

    /// A kind that lacks a host.
    fn lacking(&self) -> Option<(Image, LabLimits)> {
        let size = usize::try_from(self.size.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        let kinds = self.kinds();
        let kind = kinds.iter().find(|kind| kind.ready.len() < size)?;
        Some((kind.image.clone(), kind.limits))
    }

    fn put(&self, image: &Image, limits: LabLimits, host: Host) {
        let mut kinds = self.kinds();
        let kind = kinds
            .iter_mut()
            .find(|kind| kind.image == *image && kind.limits == limits);
        // One that is forgotten meanwhile ends here.
        if let Some(kind) = kind {
            kind.ready.push(host);
        }
    }

    pub(super) fn clear(&self) {
        self.size.store(0, Ordering::Relaxed);
        let kinds = std::mem::take(&mut *self.kinds());
        drop(kinds);
    }
}

impl Oci {
    /// Keeps so many hosts of each kind ready.
    pub fn keep_warm(&self, hosts: u32) {
        self.pool.size.store(hosts.into(), Ordering::Relaxed);
    }

    /// How well the pool serves.
    #[must_use]
    pub fn warm_pool(&self) -> WarmPool {
        let ready: usize = self.pool.kinds().iter().map(|kind| kind.ready.len()).sum();
        WarmPool {
            ready: u32::try_from(ready).unwrap_or(u32::MAX),
            hits: self.pool.hits.load(Ordering::Relaxed),
            misses: self.pool.misses.load(Ordering::Relaxed),
        }
    }

    /// A host that has started and waits for its script: from the pool, or a new one.
    pub(super) fn fresh_host(
        &self,
        image: &Image,
        limits: LabLimits,
    ) -> Result<Host, SandboxError> {
        match self.pool.take(image, limits) {
            Some(host) => Ok(host),
            None => Host::start(self, image, limits),
        }
    }

    /// Starts hosts until the pool is full. Blocks; returns at once when somebody else fills it.
    pub(super) fn fill_pool(&self) {
        let Ok(_filling) = self.pool.filling.try_lock() else {
            return;
        };
        while let Some((image, limits)) = self.pool.lacking() {
            let host = Host::start(self, &image, limits)
                .and_then(|host| host.start_shell_ahead().map(|()| host));
            match host {
                Ok(host) => self.pool.put(&image, limits, host),
                Err(error) => {
                    tracing::debug!(%error, "the pool of ready hosts stays as it is");
                    return;
                }
            }
        }
    }
}
