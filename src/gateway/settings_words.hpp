// settings_words.hpp: the words that stand for enumerators in the settings; where weir.yaml has one, it is the same.
#pragma once

#include "config/config.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace weir::gateway {

template <class Enum, std::size_t size>
using Words = std::array<std::pair<Enum, std::string_view>, size>;

inline constexpr Words<config::KeySource::Kind, 12> key_words{{
    {config::KeySource::Kind::ip, "ip"},
    {config::KeySource::Kind::header, "header"},
    {config::KeySource::Kind::query, "query"},
    {config::KeySource::Kind::cookie, "cookie"},
    {config::KeySource::Kind::path, "path"},
    {config::KeySource::Kind::method, "method"},
    {config::KeySource::Kind::host, "host"},
    {config::KeySource::Kind::route, "route"},
    {config::KeySource::Kind::model, "model"},
    {config::KeySource::Kind::jwt, "jwt"},
    {config::KeySource::Kind::metadata, "metadata"},
    {config::KeySource::Kind::constant, "const"},
}};
inline constexpr Words<Algorithm, 8> algorithm_words{{
    {Algorithm::fixed_window, "fixed_window"},
    {Algorithm::sliding_window, "sliding_window"},
    {Algorithm::sliding_log, "sliding_log"},
    {Algorithm::token_bucket, "token_bucket"},
    {Algorithm::interval_bucket, "interval_bucket"},
    {Algorithm::gcra, "gcra"},
    {Algorithm::concurrency, "concurrency"},
    {Algorithm::unlimited, "unlimited"},
}};
inline constexpr Words<config::Pattern::Kind, 4> pattern_words{{
    {config::Pattern::Kind::exact, "exact"},
    {config::Pattern::Kind::cidr, "cidr"},
    {config::Pattern::Kind::glob, "glob"},
    {config::Pattern::Kind::regex, "regex"},
}};
inline constexpr Words<config::Missing, 2> missing_words{{
    {config::Missing::skip, "skip"},
    {config::Missing::reject, "reject"},
}};
inline constexpr Words<config::Store::OnError, 3> on_error_words{{
    {config::Store::OnError::local, "local"},
    {config::Store::OnError::allow, "allow"},
    {config::Store::OnError::deny, "deny"},
}};
inline constexpr Words<config::Store::Layout, 2> layout_words{{
    {config::Store::Layout::weir, "weir"},
    {config::Store::Layout::upstash, "upstash"},
}};
inline constexpr Words<usage::Unit, 5> unit_words{{
    {usage::Unit::requests, "requests"},
    {usage::Unit::tokens, "tokens"},
    {usage::Unit::input_tokens, "input_tokens"},
    {usage::Unit::output_tokens, "output_tokens"},
    {usage::Unit::cost, "cost"},
}};
inline constexpr Words<usage::Reserve::Kind, 3> reserve_words{{
    {usage::Reserve::Kind::off, "off"},
    {usage::Reserve::Kind::max_tokens, "max_tokens"},
    {usage::Reserve::Kind::fixed, "fixed"},
}};
inline constexpr Words<config::OnExceeded, 3> on_exceeded_words{{
    {config::OnExceeded::finish, "finish"},
    {config::OnExceeded::truncate, "truncate"},
    {config::OnExceeded::pace, "pace"},
}};
inline constexpr Words<config::Model::AskUsage, 3> ask_usage_words{{
    {config::Model::AskUsage::automatic, "auto"},
    {config::Model::AskUsage::always, "always"},
    {config::Model::AskUsage::never, "never"},
}};
inline constexpr Words<config::Model::UsageMissing, 3> usage_missing_words{{
    {config::Model::UsageMissing::estimate, "estimate"},
    {config::Model::UsageMissing::held, "held"},
    {config::Model::UsageMissing::free, "free"},
}};
inline constexpr Words<config::Mode, 3> mode_words{{
    {config::Mode::exact, "exact"},
    {config::Mode::lease, "lease"},
    {config::Mode::cached, "cached"},
}};
inline constexpr Words<config::Responses::Headers, 4> headers_words{{
    {config::Responses::Headers::ietf, "ietf"},
    {config::Responses::Headers::x, "x"},
    {config::Responses::Headers::both, "both"},
    {config::Responses::Headers::none, "none"},
}};
inline constexpr Words<config::Responses::Body, 4> body_words{{
    {config::Responses::Body::problem, "problem"},
    {config::Responses::Body::json, "json"},
    {config::Responses::Body::text, "text"},
    {config::Responses::Body::file, "file"},
}};
inline constexpr Words<config::Responses::Reset, 2> reset_words{{
    {config::Responses::Reset::delta, "delta"},
    {config::Responses::Reset::epoch, "epoch"},
}};
inline constexpr Words<config::EscapedSlashes, 3> escaped_slashes_words{{
    {config::EscapedSlashes::keep, "keep"},
    {config::EscapedSlashes::reject, "reject"},
    {config::EscapedSlashes::redirect, "redirect"},
}};
inline constexpr Words<config::AccessLog::To, 3> access_log_words{{
    {config::AccessLog::To::off, "off"},
    {config::AccessLog::To::stdout_, "stdout"},
    {config::AccessLog::To::file, "file"},
}};
inline constexpr Words<config::AccessLog::Key, 2> access_log_key_words{{
    {config::AccessLog::Key::omit, "omit"},
    {config::AccessLog::Key::hash, "hash"},
}};

}  // namespace weir::gateway
