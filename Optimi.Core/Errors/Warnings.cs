namespace Optimi;

/// <summary>The channel of Optimi's warnings: what is allowed but seldom meant. Nothing is ever written to the console.</summary>
public static class Warnings
{
    /// <summary>Raised on the thread whose call gave cause, before the call returns.</summary>
    public static event EventHandler<WarningEventArgs>? Raised;

    internal static void Raise(object sender, string message) => Raised?.Invoke(sender, new WarningEventArgs(message));
}
