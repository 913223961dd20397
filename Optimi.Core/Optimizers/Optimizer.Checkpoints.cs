using Optimi.Kernels;

namespace Optimi;

public abstract partial class Optimizer
{
    /// <summary>Whether loading a checkpoint was cut off.</summary>
    internal bool IsHalfLoaded { get; private set; }

    /// <summary>What gradients have to pass before its steps, unless a chain steps it.</summary>
    internal GradientGate Gate => _gate;

    /// <summary>The rule's type, as checkpoints call it.</summary>
    internal abstract string RuleName { get; }

    /// <summary>The parameters of all groups.</summary>
    internal IEnumerable<Parameter> Parameters => Groups.SelectMany(group => group.Parameters);

    /// <summary>Checks that values are its parameters' own.</summary>
    /// <exception cref="OptionException">The averages are swapped in.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer or the device is disposed.</exception>
    internal void CheckCheckpoint()
    {
        ThrowIfDisposed();
        CheckNotSwapped("there can be no checkpoint");
    }

    /// <summary>From now on half of it may be loaded: it makes no step until all is.</summary>
    internal void BeginLoading() => IsHalfLoaded = true;

    /// <summary>All of it is loaded.</summary>
    internal void EndLoading() => IsHalfLoaded = false;

    /// <summary>Checks that all of it is loaded.</summary>
    /// <exception cref="CheckpointException">Loading was cut off.</exception>
    internal void CheckWhole()
    {
        if (IsHalfLoaded)
        {
            throw new CheckpointException(
                "Loading a checkpoint was cut off, so parameters and states are half of one and half of another; load one to the end before"
                + " stepping or saving.");
        }
    }

    /// <summary>The states that there are for a parameter, by name, without allocating any: none before its first step. The average is one
    /// of them once it has begun.</summary>
    internal abstract IReadOnlyList<(string Name, TensorStorage Storage)> StatesSoFar(Parameter parameter);

    /// <summary>The parts of a parameter that are stored in few bits, without allocating any.</summary>
    internal abstract IReadOnlyList<StoredPart> StoredPartsSoFar(Parameter parameter);

    /// <summary>How a state is stored in groups where states are compressed, whether they are or not.</summary>
    internal abstract StateFormat CompressedFormatOf(string state);

    /// <summary>How a parameter's weights are kept; null before its states are allocated.</summary>
    internal abstract WeightFormat? WeightsSoFar(Parameter parameter);

    /// <summary>Allocates the states of parameters that have none yet: of some though they are frozen, and of all that are not.</summary>
    /// <exception cref="DeviceException">The device has no memory left; nothing has changed.</exception>
    internal abstract void AllocateStates(IEnumerable<Parameter> frozen);

    /// <summary>Says whether a parameter's average has begun.</summary>
    internal abstract void SetAverageBegun(Parameter parameter, bool hasBegun);
}
