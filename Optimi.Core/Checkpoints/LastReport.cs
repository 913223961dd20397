using System.Runtime.ExceptionServices;

namespace Optimi;

/// <summary>Reports progress while parameters change: what the listener throws is kept until they are whole.</summary>
/// <param name="report">Reports to the listener; null if there is none.</param>
internal sealed class LastReport(Action<long>? report)
{
    private ExceptionDispatchInfo? _error;

    /// <summary>Reports, unless the listener has failed.</summary>
    public void OnRead(long bytes)
    {
        if (_error is not null)
            return;
        try
        {
            report?.Invoke(bytes);
        }
        catch (Exception error)
        {
            _error = ExceptionDispatchInfo.Capture(error);
        }
    }

    /// <summary>Throws what the listener has thrown.</summary>
    public void ThrowIfFailed() => _error?.Throw();
}
