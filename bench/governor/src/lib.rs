//! governor's keyed limiter for a C++ caller. A call hands over a whole block of keys and the loop over them runs here,
//! so that no decision pays for a foreign call. `governor.h` declares the same functions.

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::num::NonZeroU32;
use std::slice::from_raw_parts;
use std::time::Duration;

type Integers = DefaultKeyedRateLimiter<u64>;
type Texts = DefaultKeyedRateLimiter<String>;

/// A key's bytes, borrowed; valid UTF-8.
#[repr(C)]
pub struct TextView {
    data: *const u8,
    size: usize,
}

fn new_limiter<K: Hash + Eq + Clone>(interval_ns: u64, burst: u32) -> *mut DefaultKeyedRateLimiter<K> {
    let quota = Quota::with_period(Duration::from_nanos(interval_ns))
        .expect("an interval above zero")
        .allow_burst(NonZeroU32::new(burst).expect("a burst above zero"));
    Box::into_raw(Box::new(RateLimiter::keyed(quota)))
}

fn allowed<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, keys: &[K]) -> u64 {
    keys.iter().map(|key| u64::from(limiter.check_key(key).is_ok())).sum()
}

#[no_mangle]
pub extern "C" fn governor_integers_new(interval_ns: u64, burst: u32) -> *mut Integers {
    new_limiter(interval_ns, burst)
}

/// # Safety
/// `limiter` comes from `governor_integers_new`; `keys` has `count` keys.
#[no_mangle]
pub unsafe extern "C" fn governor_integers_check(limiter: *const Integers, keys: *const u64, count: usize) -> u64 {
    allowed(&*limiter, from_raw_parts(keys, count))
}

/// # Safety
/// `limiter` comes from `governor_integers_new` and is not used again.
#[no_mangle]
pub unsafe extern "C" fn governor_integers_free(limiter: *mut Integers) {
    drop(Box::from_raw(limiter));
}

#[no_mangle]
pub extern "C" fn governor_texts_new(interval_ns: u64, burst: u32) -> *mut Texts {
    new_limiter(interval_ns, burst)
}

/// Copies keys into the `String`s that governor's API asks for, in the order they will be visited.
/// # Safety
/// `views` has `count` keys.
#[no_mangle]
pub unsafe extern "C" fn governor_texts_prepare(views: *const TextView, count: usize) -> *mut Vec<String> {
    let text = |view: &TextView| String::from_utf8_lossy(from_raw_parts(view.data, view.size)).into_owned();
    Box::into_raw(Box::new(from_raw_parts(views, count).iter().map(text).collect()))
}

/// # Safety
/// `keys` comes from `governor_texts_prepare` and is not used again.
#[no_mangle]
pub unsafe extern "C" fn governor_texts_discard(keys: *mut Vec<String>) {
    drop(Box::from_raw(keys));
}

/// # Safety
/// `limiter` comes from `governor_texts_new`, `keys` from `governor_texts_prepare`; from <= to <= its count.
#[no_mangle]
pub unsafe extern "C" fn governor_texts_check(limiter: *const Texts, keys: *const Vec<String>, from: usize, to: usize) -> u64 {
    allowed(&*limiter, &(&(*keys))[from..to])
}

/// # Safety
/// `limiter` comes from `governor_texts_new` and is not used again.
#[no_mangle]
pub unsafe extern "C" fn governor_texts_free(limiter: *mut Texts) {
    drop(Box::from_raw(limiter));
}
