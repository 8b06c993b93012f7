// file_watch.hpp: says when a file may hold something else than before, however it was changed: written in place,
// replaced by an editor's rename, removed and made again, or reached by a link that now leads elsewhere (as Kubernetes
// swaps a ConfigMap's folder).
//
// inotify on every folder on the way says when to look; what is compared is what stat says of the file at the way's
// end. So a looker who comes without being told (every few seconds, say) also sees what no watch can: a folder renamed
// further up, or a network's file system.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "cli/file_descriptor.hpp"

namespace weir::cli {

class FileWatch {
 public:
  explicit FileWatch(std::vector<std::filesystem::path> files);

  [[nodiscard]] int fd() const { return inotify_.get(); }  // readable when it is time to look

  // Whether any of the files is another, or has another size or time, than at the last look.
  [[nodiscard]] bool look();

  void watch(std::vector<std::filesystem::path> files);  // these from now on

 private:
  void follow();

  FileDescriptor inotify_;
  std::vector<std::filesystem::path> files_;
  std::set<int> watched_;  // watch descriptors
  std::string seen_;       // what stat said
};

// The folders in which the names on the way to `file` stand: its own, and that of every link that leads there. Of a way
// that breaks off, those up to there.
[[nodiscard]] std::set<std::filesystem::path> folders_on_the_way(const std::filesystem::path& file);

}  // namespace weir::cli
