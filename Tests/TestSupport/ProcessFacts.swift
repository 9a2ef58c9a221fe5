internal import CLinux
internal import Foundation

/// What the kernel says a process uses (proc(5)).
public struct ProcessFacts: Sendable, Equatable {
  /// Its threads.
  public let threads: Int
  /// Its open descriptors.
  public let descriptors: Int
  /// Its memory that no file backs, in KiB: what it has allocated and touched.
  public let anonymousKiB: Int

  /// As it is now.
  public init(pid: Int32) {
    func count(_ name: String) -> Int {
      ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/\(name)")) ?? []).count
    }
    threads = count("task")
    descriptors = count("fd")
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
    anonymousKiB =
      line.split(separator: " ").dropFirst().first.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) } ?? 0
  }

  /// The processor's time that all of its threads have used, in seconds, to a hundredth; 0 when it has ended.
  public static func processorSeconds(_ pid: Int32) -> Double {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    // Behind the name in brackets, which may hold anything, utime and stime are the 12th and 13th.
    let fields = (text.components(separatedBy: ") ").last ?? "").split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let kernel = Double(fields[12]) else { return 0 }
    return (user + kernel) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Whether it has the timer that wakes Swift's tasks. The daemon makes it when it has started: the last of what it keeps open.
  public static func hasTimer(_ pid: Int32) -> Bool {
    let folder = "/proc/\(pid)/fd"
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).contains {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == "anon_inode:[timerfd]"
    }
  }

  /// The lines of one of the kernel's lists, whatever bytes they hold. Foundation takes the first part of a long one for the whole.
  public static func list(_ path: String) -> [String] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
    return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Stops processes in their tracks (SIGSTOP), and waits until every one of their threads stands: a signal is on its way for a moment, and
  /// what it has not yet reached goes on answering.
  public static func freeze(_ pids: [Int32]) {
    for pid in pids { kill(pid, SIGSTOP) }
    _ = eventually(within: 10) { pids.allSatisfy(isFrozen) }
  }

  private static func isFrozen(_ pid: Int32) -> Bool {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    return tasks.allSatisfy { task in
      // The state stands behind the name, which may hold anything.
      guard let line = try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/stat", encoding: .utf8) else {
        return true
      }
      return ["T", "Z", "X"].contains(
        line.split(separator: ")").last?.split(separator: " ").first.map(String.init) ?? "")
    }
  }

  /// Lets this process open as many descriptors as it may.
  /// - Returns: how many that are.
  @discardableResult
  public static func raiseOwnDescriptorLimit() -> Int {
    var limit: UInt64 = 0
    _ = gatepost_raise_descriptor_limit(&limit)
    return Int(clamping: limit)
  }
}
