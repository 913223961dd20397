namespace Optimi;

/// <summary>The optimizers that have something, none of which is kept alive by it. Walking them allocates nothing.</summary>
internal sealed class Owners
{
    private readonly List<WeakReference<Optimizer>> _owners = [];

    /// <summary>Adds an optimizer, and forgets those that are gone.</summary>
    public void Add(Optimizer optimizer)
    {
        _owners.RemoveAll(owner => !owner.TryGetTarget(out _));
        _owners.Add(optimizer.Weak);
    }

    /// <summary>Walks those that are there.</summary>
    public Enumerator GetEnumerator() => new(_owners);

    /// <summary>A walk.</summary>
    public struct Enumerator(List<WeakReference<Optimizer>> owners)
    {
        private Optimizer? _current;
        private int _next;

        /// <summary>The optimizer in hand.</summary>
        public readonly Optimizer Current => _current!;

        /// <summary>Goes on to the next.</summary>
        public bool MoveNext()
        {
            while (_next < owners.Count)
            {
                if (owners[_next++].TryGetTarget(out _current))
                    return true;
            }

            return false;
        }
    }
}
