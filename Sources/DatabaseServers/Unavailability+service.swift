package import Accounts

extension Unavailability {
  /// The service that the client names stands in the query, and in no text of the database.
  package static let serviceIsNoText = Unavailability(
    .queryFailed, "the query asks for the service, and its name is no text that the database can hold")
}
