using ILGPU.Runtime;

namespace Optimi;

/// <summary>Undoes what was done, the last first, unless it is committed. It can be used again.</summary>
internal sealed class Transaction : IDisposable
{
    private readonly List<Action> _undo = [];
    private readonly List<Action> _afterwards = [];

    /// <summary>Whether it was begun and has not ended.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Begins it.</summary>
    /// <returns>Itself, to be disposed of at the end.</returns>
    public Transaction Begin()
    {
        IsOpen = true;
        return this;
    }

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
        IsOpen = false;
        _afterwards.Clear();
        while (_undo.Count > 0)
        {
            Action undo = _undo[^1];
            _undo.RemoveAt(_undo.Count - 1);
            try
            {
                undo();
            }
            catch (AcceleratorException)
            {
                // A driver that failed may fail to free, too. The first error says more, and the rest is to be undone all the same.
            }
        }
    }
}
