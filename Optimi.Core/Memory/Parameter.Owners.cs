namespace Optimi;

public sealed partial class Parameter
{
    private readonly Owners _owners = new();

    /// <summary>Adds an optimizer that keeps states for it.</summary>
    internal void AddOwner(Optimizer optimizer) => _owners.Add(optimizer);

    /// <summary>What an optimizer's steps go on from, where that is more than the values; null if it is nowhere.</summary>
    internal TensorStorage? ExactValue
    {
        get
        {
            foreach (Optimizer owner in _owners)
            {
                if (owner.MasterWeightsSoFar(this) is TensorStorage exact)
                    return exact;
            }

            return null;
        }
    }

    /// <summary>Tells its optimizers that its values were set.</summary>
    /// <param name="exactlyBy">The one whose low bits of them were set, too; null if none were.</param>
    internal void OnValueWritten(Optimizer? exactlyBy = null)
    {
        foreach (Optimizer owner in _owners)
            owner.OnValueWritten(this, isExact: owner == exactlyBy);
    }

    /// <summary>The optimizers that keep states for it.</summary>
    internal Owners Owners => _owners;

    /// <summary>Tells those of its optimizers that were not loaded with it that its values are others.</summary>
    internal void OnValueLoaded(IReadOnlyList<Optimizer> loaded)
    {
        foreach (Optimizer owner in _owners)
        {
            if (!loaded.Contains(owner))
                owner.OnValueWritten(this, isExact: false);
        }
    }
}
