namespace Optimi;

/// <summary>
/// Several steps that hold as a whole or not at all: unless it is committed, all that was done is undone, the last first. It can be used
/// again afterwards.
/// </summary>
internal sealed class Transaction : IDisposable
{
    private readonly List<Action> _undo = [];
    private readonly List<Action> _afterwards = [];

    /// <summary>Adds what is to be disposed of if there is no commit.</summary>
    public T Add<T>(T made)
        where T : IDisposable
    {
        OnRollback(made.Dispose);
        return made;
    }

    /// <summary>Adds what is to be done if there is no commit.</summary>
    public void OnRollback(Action undo) => _undo.Add(undo);

    /// <summary>Adds what is to be done, and cannot fail, once everything holds.</summary>
    public void OnCommit(Action action) => _afterwards.Add(action);

    /// <summary>Everything holds.</summary>
    public void Commit()
    {
        _undo.Clear();
        foreach (Action action in _afterwards)
            action();
        _afterwards.Clear();
    }

    /// <summary>Undoes what was not committed.</summary>
    public void Dispose()
    {
        for (int i = _undo.Count - 1; i >= 0; i--)
            _undo[i]();
        _undo.Clear();
        _afterwards.Clear();
    }
}
