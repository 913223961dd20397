using System.Collections.Concurrent;
using ILGPU.Runtime;

namespace Optimi.Tests;

/// <summary>CUDA's driver without a GPU: a stack of contexts for each thread, and a list of what was asked for.</summary>
internal sealed class FakeCudaDriver : ICudaDriver
{
    /// <summary>A context of another library.</summary>
    public const nint Foreign = 0x7000;

    private readonly ConcurrentDictionary<int, Stack<nint>> _stacks = [];
    private readonly List<string> _calls = [];
    private nint _allocated;

    /// <summary>What was asked for that outlives a call, in order.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
                return [.. _calls];
        }
    }

    /// <summary>The primary context of every device.</summary>
    public nint Primary { get; set; } = 0x9000;

    /// <summary>How often the primary context is kept alive.</summary>
    public int Retained { get; private set; }

    /// <summary>How often a context was put on a stack.</summary>
    public int Pushes { get; private set; }

    /// <summary>The function that fails; none if null.</summary>
    public string? Failing { get; set; }

    /// <summary>Which context every stream belongs to; the primary one if null.</summary>
    public nint? StreamContext { get; set; }

    /// <summary>The thread's contexts, the current one first.</summary>
    public IReadOnlyCollection<nint> Stack => Mine;

    /// <summary>How many contexts there are on the stack of each thread that has asked.</summary>
    public IEnumerable<int> Depths => _stacks.Values.Select(stack => stack.Count);

    /// <inheritdoc/>
    public nint Current
    {
        get => Mine.TryPeek(out nint context) ? context : 0;
        set
        {
            Mine.TryPop(out _);
            if (value != 0)
                Mine.Push(value);
        }
    }

    private Stack<nint> Mine => _stacks.GetOrAdd(Environment.CurrentManagedThreadId, _ => new());

    /// <inheritdoc/>
    public void Push(nint context)
    {
        FailIf(nameof(Push));
        Pushes++;
        Mine.Push(context);
    }

    /// <inheritdoc/>
    public void Pop() => Mine.Pop();

    /// <inheritdoc/>
    public nint RetainPrimary(int device)
    {
        FailIf(nameof(RetainPrimary));
        Retained++;
        Note($"retain {device}");
        return Primary;
    }

    /// <inheritdoc/>
    public void ReleasePrimary(int device)
    {
        Retained--;
        Note($"release {device}");
    }

    /// <inheritdoc/>
    public nint ContextOf(nint stream)
    {
        FailIf(nameof(ContextOf));
        return stream == 0 ? Current : StreamContext ?? Primary;
    }

    /// <inheritdoc/>
    public nint Allocate(long bytes)
    {
        _allocated += 512;
        Note($"allocate {Current:x}");
        return _allocated;
    }

    /// <inheritdoc/>
    public void Free(nint address) => Note($"free {Current:x}");

    /// <inheritdoc/>
    public AcceleratorStream Wrap(Accelerator accelerator, nint stream)
    {
        Note($"wrap {stream}");
        return accelerator.CreateStream();
    }

    /// <summary>Adds to <see cref="Calls"/>.</summary>
    public void Note(string call)
    {
        lock (_calls)
            _calls.Add(call);
    }

    private void FailIf(string function)
    {
        if (Failing == function)
            CudaDriver.Check(2, function);
    }
}
