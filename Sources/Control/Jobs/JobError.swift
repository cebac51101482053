/// Why an attempt at a job ends before the job is done.
package enum JobError: Error, Sendable {
    /// Another instance has the job now; nothing may be written for it any more.
    case leaseLost
    /// Somebody asked to stop.
    case cancelled
    /// It makes no sense to try again; the text is shown to administrators.
    case permanent(String)
    /// This time it did not work; tried again a little later, until the attempts are used up.
    case temporary(String)
    /// The directory does not answer.
    case directoryUnavailable
}
