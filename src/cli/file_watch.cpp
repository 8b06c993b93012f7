#include "cli/file_watch.hpp"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <deque>
#include <system_error>
#include <utility>

namespace weir::cli {

namespace fs = std::filesystem;

namespace {

constexpr int most_links = 40;  // as the kernel's own bound
// A file that is written in place is looked at when it is closed: other files beside it, a log say, are written all the
// time.
constexpr std::uint32_t events =
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

std::string identity(const fs::path& file) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return "none;";
  std::string text;
  for (const auto number : {static_cast<std::int64_t>(found.st_dev), static_cast<std::int64_t>(found.st_ino),
                            static_cast<std::int64_t>(found.st_size), static_cast<std::int64_t>(found.st_mtim.tv_sec),
                            static_cast<std::int64_t>(found.st_mtim.tv_nsec)}) {
    text.append(std::to_string(number)).append(",");
  }
  return text + ";";
}

}  // namespace

std::set<fs::path> folders_on_the_way(const fs::path& file) {
  std::error_code error;
  fs::path here = "/";
  const fs::path whole = fs::absolute(file, error).relative_path();
  std::deque<fs::path> rest(whole.begin(), whole.end());
  std::set<fs::path> folders;
  int links = 0;
  while (!rest.empty()) {
    const fs::path name = std::move(rest.front());
    rest.pop_front();
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      here = here.parent_path();
      continue;
    }
    const fs::path next = here / name;
    const fs::file_status status = fs::symlink_status(next, error);
    if (!fs::exists(status)) {
      folders.insert(here);
      return folders;
    }
    if (fs::is_symlink(status)) {
      folders.insert(here);
      if (++links > most_links) return folders;
      const fs::path target = fs::read_symlink(next, error);
      if (target.is_absolute()) here = "/";
      const fs::path relative = target.relative_path();
      rest.insert(rest.begin(), relative.begin(), relative.end());
      continue;
    }
    if (rest.empty()) folders.insert(here);
    here = next;
  }
  return folders;
}

FileWatch::FileWatch(std::vector<fs::path> files) : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  watch(std::move(files));
}

void FileWatch::watch(std::vector<fs::path> files) {
  if (files == files_) return;
  files_ = std::move(files);
  follow();
  seen_.clear();
  for (const fs::path& file : files_) seen_ += identity(file);
}

bool FileWatch::look() {
  std::array<char, 16384> told{};
  while (::read(inotify_.get(), told.data(), told.size()) > 0) {
  }
  follow();  // before the files are looked at: what comes after will be told
  std::string now;
  for (const fs::path& file : files_) now += identity(file);
  return now != std::exchange(seen_, now);
}

void FileWatch::follow() {
  std::set<int> needed;
  for (const fs::path& file : files_) {
    for (const fs::path& folder : folders_on_the_way(file)) {
      needed.insert(::inotify_add_watch(inotify_.get(), folder.c_str(), events));
    }
  }
  for (const int old : watched_) {
    if (!needed.contains(old)) ::inotify_rm_watch(inotify_.get(), old);
  }
  needed.erase(-1);  // a folder that may not be read, or that is gone: looked at without being told
  watched_ = std::move(needed);
}

}  // namespace weir::cli
