// run_folder.hpp: where one running gateway keeps its rendered files.
//
//   $XDG_RUNTIME_DIR/weir/ or /tmp/weir-UID/      0700, ours
//     4711-8812345/                                one gateway: its process id and start time
//       owner                                      locked (flock) while the gateway lives
//       envoy.json, admin.sock               Envoy's start, and where weir asks it
//       settings.json, cds.json ...          what may change meanwhile: gateway/envoy_discovery.hpp names them
//
// A lock, not the process id, says who lives: the kernel drops it however the owner ended. Whoever starts next removes
// the folders whose lock is free. Making and removing happen under a lock of the outer folder, so that nobody removes
// a folder that is not locked yet.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "cli/file_descriptor.hpp"

namespace weir::cli {

class RunFolder {
 public:
  // Where folders of this user go.
  [[nodiscard]] static std::filesystem::path default_root();

  // Removes what dead owners left in `root`, then makes a folder for this process. The error is a sentence.
  [[nodiscard]] static std::expected<RunFolder, std::string> make(const std::filesystem::path& root = default_root());

  RunFolder(RunFolder&& other) noexcept;
  RunFolder& operator=(RunFolder&&) = delete;
  ~RunFolder();  // removes the folder and all in it

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // All of `text` under `name`, on the disk, or no such file (temporary file, fsync, rename). The error is a sentence.
  [[nodiscard]] std::expected<void, std::string> write(const std::string& name, std::string_view text) const;

 private:
  RunFolder(std::filesystem::path path, FileDescriptor root, FileDescriptor owner);

  std::filesystem::path path_;
  FileDescriptor root_;
  FileDescriptor owner_;
};

}  // namespace weir::cli
