internal import Foundation

/// courier's programs have the socket's path compiled in. Each is started in a private mount namespace in which the folder of the
/// socket under test is mounted there; the machine outside, and an installed server, see nothing of it. Needs root.
public enum SocketNamespace {
  /// Debian's folder, then upstream's (Gentoo's).
  private static let compiledIn = ["/run/courier/authdaemon", "/var/lib/courier/authdaemon"]

  private static let fileWatcher = "/usr/libexec/gam_server"

  /// `command`, to be run with the folder of `socketPath` in the place of the compiled-in one.
  /// - Parameter socketPath: its last component must be `socket`.
  public static func command(_ command: [String], socketPath: String) throws -> [String] {
    let folder = (socketPath as NSString).deletingLastPathComponent
    guard let target = compiledIn.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw ServerTrouble("none of \(compiledIn) exists: apt-get install courier-authdaemon")
    }
    // imapd has a file watcher started that outlives it by half a minute: there is none in here.
    let script = """
      mount --bind "$1" "$2" && if [ -e \(fileWatcher) ]; then mount --bind /bin/false \(fileWatcher); fi \
      && shift 2 && exec "$@"
      """
    return ["unshare", "-m", "--propagation", "private", "bash", "-c", script, "ns", folder, target] + command
  }
}
