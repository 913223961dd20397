namespace Optimi;

/// <summary>A warning.</summary>
/// <param name="message">What is unusual and what to do if it was not meant.</param>
public sealed class WarningEventArgs(string message) : EventArgs
{
    /// <summary>What is unusual and what to do if it was not meant.</summary>
    public string Message { get; } = message;
}
