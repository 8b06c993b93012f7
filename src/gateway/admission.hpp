// admission.hpp: a request against the limits of its route: may it pass, and what does its answer say?
#pragma once

#include "gateway/answer_headers.hpp"
#include "gateway/hold.hpp"
#include "gateway/key_of_limit.hpp"
#include "gateway/refusal.hpp"
#include "gateway/request.hpp"
#include "gateway/runtime.hpp"
#include "usage/refusal/standing.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::gateway {

// How long a request has been held by the `wait` of its limits; `may_wait` false: it is decided for good.
struct Patience {
  std::chrono::nanoseconds waited{0};
  bool may_wait = true;
};

// What the access log says of a decision. Of those limits that passed the one nearest to refusing, else the first that
// refused, or would have (`shadow`).
struct Told {
  std::string_view limit{};     // lives as long as the Runtime
  std::string_view decision{};  // allowed, limited, denied, error, shadow; empty: nothing was decided
  std::optional<std::int64_t> remaining{};
  std::string key{};
};

struct Admission {
  AnswerHeaders headers;                         // for the upstream's answer
  usage::Headers model_headers;                  // the same as a model's provider tells it, where it does not itself
  std::unique_ptr<Hold> hold;                    // until the stream's end
  std::vector<KeyOfLimit> keys;                  // of a call of a model that passed
  std::unique_ptr<Refusal> refusal;              // set: the request does not get through
  std::optional<std::chrono::nanoseconds> wait;  // set: nothing else is; ask again after this time
};

// All limits that apply are decided as one, and counted unless the request has to wait. `told` may be null. Without
// run-time settings, composite keys and holds: no allocation.
[[nodiscard]] Admission admit(const Request& request, const RouteLimits& route, const Runtime& runtime,
                              const Patience& patience = {.may_wait = false}, Told* told = nullptr);

// The answer's head has come: settles what depends on its status, and `headers` say what is left then.
void answered(Hold& hold, int status, AnswerHeaders& headers, const Runtime& runtime);

// Who is on the deny list: 403.
[[nodiscard]] std::unique_ptr<Refusal> denial();

}  // namespace weir::gateway
