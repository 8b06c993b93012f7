#include "cli/run_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace weir::cli {

namespace fs = std::filesystem;

namespace {

constexpr auto lock_patience = std::chrono::seconds(5);  // others hold the outer lock for milliseconds
constexpr std::size_t longest_root = 70;                 // bytes; a unix socket's whole path has at most 107

std::string failure(const std::string& what, const fs::path& path, int error) {
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return "cannot write " + path.string() + ": the disk is full (" + std::generic_category().message(error) + ").";
  }
  return what + ' ' + path.string() + ": " + std::generic_category().message(error) + '.';
}

bool is_ours(int folder) {
  struct stat found{};
  return ::fstat(folder, &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == ::geteuid();
}

FileDescriptor open_folder(int parent, const char* name) {
  return FileDescriptor(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

std::vector<std::string> names_in(const FileDescriptor& folder) {
  std::vector<std::string> names;
  const int copy = ::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(copy), ::closedir);
  if (!listing) {
    ::close(copy);
    return names;
  }
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

// A run folder is flat: what is not a file or socket in it is not ours to remove.
void remove_run_folder(const FileDescriptor& root, const std::string& name) {
  {
    const FileDescriptor folder = open_folder(root.get(), name.c_str());
    if (!folder || !is_ours(folder.get())) return;
    for (const std::string& file : names_in(folder)) ::unlinkat(folder.get(), file.c_str(), 0);
  }
  ::unlinkat(root.get(), name.c_str(), AT_REMOVEDIR);
}

void remove_dead(const FileDescriptor& root) {
  for (const std::string& name : names_in(root)) {
    bool dead = true;
    {
      const FileDescriptor folder = open_folder(root.get(), name.c_str());
      if (!folder || !is_ours(folder.get())) continue;
      const FileDescriptor owner(::openat(folder.get(), "owner", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
      dead = !owner || ::flock(owner.get(), LOCK_EX | LOCK_NB) == 0;
    }
    if (dead) remove_run_folder(root, name);
  }
}

bool lock_within(int file, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

// Clock ticks since the machine started: with the process id, a name that nobody else has had.
std::string start_time() {
  std::ifstream file("/proc/self/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  text.erase(0, text.rfind(')') + 1);  // the program's name may hold spaces
  std::size_t at = 0;
  for (int field = 3; field < 22; ++field) at = text.find(' ', at + 1);
  const std::size_t start = text.find_first_not_of(' ', at);
  return start == std::string::npos ? "0" : text.substr(start, text.find(' ', start) - start);
}

}  // namespace

fs::path RunFolder::default_root() {
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime == '/') {
    const fs::path root = fs::path(runtime) / "weir";
    const FileDescriptor folder = open_folder(AT_FDCWD, runtime);
    if (folder && is_ours(folder.get()) && root.string().size() <= longest_root) return root;
  }
  return "/tmp/weir-" + std::to_string(::geteuid());
}

std::expected<RunFolder, std::string> RunFolder::make(const fs::path& root_path) {
  if (::mkdir(root_path.c_str(), 0700) != 0 && errno != EEXIST) {
    return std::unexpected(failure("cannot make", root_path, errno));
  }
  FileDescriptor root = open_folder(AT_FDCWD, root_path.c_str());
  if (!root || !is_ours(root.get())) {
    return std::unexpected(root_path.string() + " is not a folder of this user (a link, or another's); remove it.");
  }
  ::fchmod(root.get(), 0700);
  if (!lock_within(root.get(), lock_patience)) {
    return std::unexpected(root_path.string() + " is locked by another weir that does not go on.");
  }
  remove_dead(root);

  const std::string name = std::to_string(::getpid()) + '-' + start_time();
  const fs::path path = root_path / name;
  if (::mkdirat(root.get(), name.c_str(), 0700) != 0) return std::unexpected(failure("cannot make", path, errno));
  FileDescriptor owner;
  {
    const FileDescriptor folder = open_folder(root.get(), name.c_str());
    owner = FileDescriptor(::openat(folder.get(), "owner", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  }
  if (!owner || ::flock(owner.get(), LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    remove_run_folder(root, name);
    return std::unexpected(failure("cannot make", path / "owner", error));
  }
  ::flock(root.get(), LOCK_UN);
  return RunFolder(path, std::move(root), std::move(owner));
}

RunFolder::RunFolder(fs::path path, FileDescriptor root, FileDescriptor owner)
    : path_(std::move(path)), root_(std::move(root)), owner_(std::move(owner)) {}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), root_(std::move(other.root_)), owner_(std::move(other.owner_)) {}

RunFolder::~RunFolder() {
  if (root_) remove_run_folder(root_, path_.filename());
}

std::expected<void, std::string> RunFolder::write(const std::string& name, std::string_view text) const {
  const fs::path target = path_ / name;
  const fs::path temporary = path_ / (name + ".new");
  const auto give_up = [&](int error) {
    ::unlink(temporary.c_str());
    return std::unexpected(failure("cannot write", target, error));
  };
  FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return give_up(errno);
  while (!text.empty()) {
    const ssize_t count = ::write(file.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return give_up(errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(file.get()) != 0) return give_up(errno);
  file.reset();
  if (::rename(temporary.c_str(), target.c_str()) != 0) return give_up(errno);
  return {};
}

}  // namespace weir::cli
