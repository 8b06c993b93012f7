// convert.hpp: a Higress ai-token-ratelimit or cluster-key-rate-limit config to a weir.yaml with the same behaviour.
//
// Sources: the plugins' READMEs in github.com/alibaba/higress (plugins/wasm-go/extensions). docs/higress.md says what
// becomes of each option, and where Weir differs on purpose.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

struct Converted {
  std::string yaml;
  std::vector<std::string> notes;  // what has no equivalent, or is to be filled in: a sentence each
};

// `text`: the bare plugin config, or the WasmPlugin resource around it (spec.defaultConfig). The error says what is
// wrong and, where it has a place, `line N: ` before it.
[[nodiscard]] std::expected<Converted, std::string> convert_higress(std::string_view text);

}  // namespace weir::config
