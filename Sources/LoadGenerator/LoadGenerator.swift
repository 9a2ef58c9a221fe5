internal import CLinux
internal import Glibc
internal import Threads

/// Asks an authdaemond socket the same kind of question again and again, and checks each answer against the account it asked for.
///
/// As real clients do, each request has a connection of its own. The loop is closed: so many connections at one time, and a new
/// one begins when one has its answer. So a slow server is asked less often, and the longest delays are of few requests.
/// Only a Unix socket can be asked: this measures one's own machine.
public enum LoadGenerator {
  /// Why nothing was asked.
  public struct Failure: Error, CustomStringConvertible {
    /// For an administrator.
    public let description: String

    /// For an administrator.
    public init(_ description: String) { self.description = description }
  }

  /// Runs a plan to its end.
  /// - Parameter users: the accounts to ask for. Without, only lists can be asked for; with, a list must be as long as they are.
  public static func run(_ plan: LoadPlan, socket path: String, users: UsersFile?) throws(Failure) -> LoadReport {
    var plan = plan
    plan.connections = min(
      max(plan.connections, LoadPlan.connectionRange.lowerBound), LoadPlan.connectionRange.upperBound)
    plan.threads = min(max(plan.threads, 1), plan.connections, LoadPlan.threadRange.upperBound)
    guard plan.mode == .list || users != nil else { throw Failure("there are no accounts to ask for") }
    var address = sockaddr_un()
    var length = socklen_t()
    guard gatepost_unix_address(path, &address, &length) == 0 else {
      throw Failure("socket path is empty or longer than 107 bytes: \(path)")
    }
    try raiseDescriptorLimit(for: plan.connections)
    let before = processorSeconds()
    let results = Lock<[Result<LoadReport, SystemError>]>([])
    var workers: [Worker] = []
    for share in 0..<plan.threads {
      let plan = plan
      let (address, length) = (address, length)
      do throws(SystemError) {
        workers.append(
          try Worker(name: "load \(share)") {
            let result: Result<LoadReport, SystemError>
            do throws(SystemError) {
              var loop = try LoadLoop(plan, users, address: address, length: length, share: share)
              result = .success(loop.run())
            } catch {
              result = .failure(error)
            }
            results.withLock { $0.append(result) }
          })
      } catch {
        results.withLock { $0.append(.failure(error)) }
      }
    }
    for worker in workers { worker.join() }
    var report = LoadReport()
    for result in results.withLock({ $0 }) {
      do throws(SystemError) { report.merge(try result.get()) } catch { throw Failure("\(error)") }
    }
    report.processorSeconds = processorSeconds() - before
    return report
  }

  private static func raiseDescriptorLimit(for connections: Int) throws(Failure) {
    /// For the standard streams, epoll and what the libraries open.
    let reserve: UInt64 = 32
    var limit: UInt64 = 0
    gatepost_raise_descriptor_limit(&limit)
    guard limit >= UInt64(connections) + reserve else {
      throw Failure(
        "\(connections) connections need \(UInt64(connections) + reserve) descriptors, and this process may open "
          + "\(limit): raise the hard limit (ulimit -Hn)")
    }
  }

  /// Of this process, user and system.
  private static func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }
}
