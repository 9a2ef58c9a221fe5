internal import CLinux
internal import Glibc

/// What a child finds open.
enum ChildDescriptors {
  /// Nothing from `first` on, whatever other threads open before it runs its program.
  static func close(from first: Int32, _ actions: inout posix_spawn_file_actions_t) {
    _ = gatepost_spawn_close_from(&actions, first)
  }
}
