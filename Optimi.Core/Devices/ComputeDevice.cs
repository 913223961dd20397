using System.Diagnostics.CodeAnalysis;
using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>A device that holds parameters and runs update rules.</summary>
/// <remarks>
/// <para>On a GPU a step is queued: when it returns, its work lies in <see cref="Stream"/>, behind all that was queued there
/// before. <see cref="Synchronize"/> waits for it, and so does every copy in or out. Work that is queued on the same stream
/// afterwards sees its results without waiting. On the host a step is complete when it returns.</para>
/// <para>Any thread may call at any time. What uses a device takes turns there, whatever optimizer or buffer it belongs to: a step, a
/// copy, taking a view. Different devices never wait for each other. What you do with a view, and kernels that you queue on
/// <see cref="Stream"/> yourself, are yours to order.</para>
/// </remarks>
public sealed class ComputeDevice : IDisposable
{
    private readonly Tally _launches;
    private KernelLibrary? _kernels;
    private MemoryBuffer? _addressSpace;
    private Slab? _scratch;
    private static long _lastNumber;
    private long _lastMark;
    private long _passedMark;
    private MemoryBuffer? _addressSpaceForUsers;
    private Dictionary<(Type Rule, SlotLayout Layout, long Length, bool Accumulates), IDisposable>? _functions;

    /// <param name="description">What the device is.</param>
    /// <param name="source">Its accelerator.</param>
    /// <param name="device">What the accelerator runs on, unless it is the host.</param>
    internal ComputeDevice(DeviceDescription description, AcceleratorSource source, Device? device)
    {
        Ilgpu = source;
        Description = description;
        Allocator = new Allocator(this);
        _launches = Telemetry.Launches.Of(Name).Begin(this);
        MaxAllocationBytes = ((device is null ? null : DeviceFinder.MaxAllocationBytes(device)) ?? description.MemoryBytes)
            - Slab.MaxReserve;
        Shape = Kind switch
        {
            DeviceKind.Host => KernelShape.Host,
            DeviceKind.Cuda => KernelShape.Quad,
            _ => KernelShape.Tile,
        };
        IsProcessor = Kind == DeviceKind.Host || (device is not null && DeviceFinder.IsProcessor(device));
        if (Kind == DeviceKind.Simulated)
            Groups = new SimulatedGroups(this);
    }

    /// <summary>What the device is.</summary>
    public DeviceDescription Description { get; }

    /// <summary>The name that <see cref="Open"/> takes for it, such as <c>cuda:0</c>.</summary>
    public string Name => Description.Name;

    /// <summary>What runs the update rules.</summary>
    public DeviceKind Kind => Description.Kind;

    /// <summary>Its memory in bytes. Of the host: the machine's, or what a container may have of it.</summary>
    public long MemoryBytes => Description.MemoryBytes;

    /// <summary>ILGPU's accelerator: for kernels of the caller's on the same memory. The host steps without one, and makes it when it is
    /// first asked for.</summary>
    /// <remarks>Optimi's calls leave no CUDA context current on the thread but the one that was. ILGPU's calls make the right one current
    /// by themselves; where another library has changed it on the thread, take the accelerator or the stream from here again.</remarks>
    /// <exception cref="DeviceException">The program does not allow code to be generated, which ILGPU does.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed before anybody asked.</exception>
    public Accelerator Accelerator
    {
        [RequiresDynamicCode(CodeNeeds.Ilgpu)]
        [RequiresUnreferencedCode(CodeNeeds.WholeIlgpu)]
        get
        {
            Ilgpu.Refresh();
            return Ilgpu.Accelerator;
        }
    }

    /// <summary>The stream that all work is queued on.</summary>
    /// <inheritdoc cref="Accelerator" path="/exception"/>
    public AcceleratorStream Stream
    {
        [RequiresDynamicCode(CodeNeeds.Ilgpu)]
        [RequiresUnreferencedCode(CodeNeeds.WholeIlgpu)]
        get
        {
            Ilgpu.Refresh();
            return Ilgpu.Stream;
        }
    }

    /// <summary>How many launches there were so far. A step is one for each kernel variant: in ordinary use one per storage
    /// type, whatever the number of tensors and groups; three where the update depends on a mean over each tensor.</summary>
    public long Launches { get; private set; }

    /// <summary>How many parameters have averages in place of their values.</summary>
    internal int SwappedParameters { get; set; }

    /// <summary>Bytes of tables that steps copied to the device.</summary>
    internal long UploadedBytes { get; private set; }

    /// <summary>
    /// How many threads a step on the host's vector units may use, the caller's among them: at least 1. Default: one for each
    /// processor. The bits do not depend on it. The simulation's groups run on as many; with 1 it can be debugged step by step. GPUs do
    /// not look at it.
    /// </summary>
    /// <exception cref="DeviceException">The value is below 1; the old one stays.</exception>
    public int Threads
    {
        get;
        set => field = value >= 1
            ? value
            : throw new DeviceException(FormattableString.Invariant($"Threads is {value}, but a step takes at least 1, the caller's own."));
    } = Environment.ProcessorCount;

    /// <summary>Whether <see cref="Dispose"/> was called.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Whether the memory is the host's, so that it can be had as a span.</summary>
    public bool IsHost => Kind is DeviceKind.Host or DeviceKind.Simulated;

    /// <summary>The largest piece of memory that can be had at once, in bytes.</summary>
    internal long MaxAllocationBytes { get; set; }

    /// <summary>Whether kernels take addresses, so that they find tensors wherever they lie. OpenCL's see buffers only.</summary>
    internal bool HasAddresses => Kind != DeviceKind.OpenCL;

    /// <summary>All memory that it can address, from address 0, on a device with addresses.</summary>
    internal ArrayView<byte> AddressSpace =>
        (_addressSpace ??= Optimi.AddressSpace.Of(this)).AsArrayView<byte>(0, Optimi.AddressSpace.Bytes);

    /// <summary>The same as a buffer of its accelerator, for views that users get.</summary>
    internal MemoryBuffer AddressSpaceForUsers => _addressSpaceForUsers ??= IsHost
        ? new HostAddressSpace(Ilgpu.Accelerator)
        : _addressSpace ??= Optimi.AddressSpace.Of(this);

    /// <summary>Its ILGPU accelerator.</summary>
    internal AcceleratorSource Ilgpu { get; }

    /// <summary>What allocates its memory.</summary>
    internal Allocator Allocator { get; }

    /// <summary>A number of its own, in the order of which the gates of several devices are taken.</summary>
    internal long Number { get; } = Interlocked.Increment(ref _lastNumber);

    /// <summary>Held by whatever uses the device. Threads of the compiler never take it.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>The kernels that were compiled for it.</summary>
    internal KernelLibrary Kernels => _kernels ??= new KernelLibrary(Ilgpu);

    /// <summary>What runs the kernels' groups, where they are simulated.</summary>
    internal SimulatedGroups? Groups { get; }

    /// <summary>The shape of the kernels that it runs.</summary>
    internal KernelShape Shape { get; init; }

    /// <summary>
    /// Whether rules run on a processor's own vectors, not on a GPU, whose code is the simulation's too. A processor makes no NaN with
    /// bits that rounding to bfloat16 would carry into the exponent, and runs the work-items of a group one after the other.
    /// </summary>
    internal bool IsProcessor { get; set; }

    /// <summary>The host's register, in the shape <see cref="KernelShape.Host"/>.</summary>
    [AllowNull]
    internal Type Lane
    {
        get => field ?? HostLanes.Widest;
        init;
    }

    /// <summary>How often the device was waited for, so that staging memory knows when it is free again.</summary>
    internal long Synchronizations { get; private set; }

    /// <summary>Opens a device.</summary>
    /// <param name="name">
    /// <c>auto</c> (the first CUDA device, else the first OpenCL GPU, else the host), <c>cuda</c> or <c>cuda:1</c>,
    /// <c>opencl</c> or <c>opencl:1</c>, <c>cpu</c> (the host's vector units: the embedded default), or <c>cpu-simulated</c>
    /// (the GPU kernels, work-item by work-item on the host: for debugging).
    /// </param>
    /// <param name="options">What the name does not say; nothing unusual if null.</param>
    /// <exception cref="DeviceException">There is no such device, or it cannot be opened.</exception>
    public static ComputeDevice Open(string name = "auto", DeviceOptions? options = null) =>
        DeviceFinder.Open(name, options ?? new DeviceOptions());

    /// <summary>Adopts an accelerator that a framework has already, without owning it.</summary>
    /// <param name="accelerator">
    /// The accelerator, of CUDA, OpenCL or the CPU, however its context was built. A CPU accelerator gets the host's vector units.
    /// </param>
    /// <param name="stream">The stream to queue work on; the accelerator's default stream if null.</param>
    /// <exception cref="ArgumentNullException"><paramref name="accelerator"/> is null.</exception>
    /// <exception cref="DeviceException">The accelerator is of a kind that Optimi does not support, its groups are too small, or the
    /// stream is another accelerator's.</exception>
    [RequiresDynamicCode(CodeNeeds.Ilgpu)]
    [RequiresUnreferencedCode(CodeNeeds.WholeIlgpu)]
    public static ComputeDevice From(Accelerator accelerator, AcceleratorStream? stream = null) =>
        DeviceFinder.Adopt(accelerator, stream);

    /// <summary>All devices of the machine, those that cannot be opened included.</summary>
    public static IReadOnlyList<DeviceDescription> List() => DeviceFinder.List();

    /// <summary>Waits until all work queued so far has taken place.</summary>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    public void Synchronize()
    {
        lock (Gate)
        {
            ThrowIfDisposed();
            Synchronizations++;
            Passed(Mark());
            if (Kind != DeviceKind.Host && Ilgpu.IsOpen)
            {
                using ContextScope current = Ilgpu.Enter();
                Ilgpu.Stream.Synchronize();
            }

            // Also keeps the accelerator from being collected, and closed, while it is waited for.
            Ilgpu.Release();
        }
    }

    /// <summary>Closes the device. What lies in its memory is gone. An adopted accelerator stays open.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (IsDisposed)
                return;
            _kernels?.AwaitCompiler();
            DisposeFunctions();
            _scratch?.Dispose();
            Groups?.Dispose();
            IsDisposed = true;
            Ilgpu.Dispose();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Description.Product})";

    /// <summary>The function of a rule for one kernel variant, made when it is first asked for. A rule that measures has tables for each
    /// length.</summary>
    internal DeviceFunction<TRule> Function<TRule>(SlotLayout layout, long length, bool accumulates)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        _functions ??= [];
        (Type, SlotLayout, long, bool) key = (typeof(TRule), layout, TRule.Measures && !accumulates ? length : 0, accumulates);
        if (_functions.TryGetValue(key, out IDisposable? made))
            return (DeviceFunction<TRule>)made;
        LaunchFactory.Check<TRule>();
        var function = new DeviceFunction<TRule>(this, layout, length, accumulates);
        _functions.Add(key, function);
        return function;
    }

    /// <summary>Memory for what is needed within one call: it holds anything.</summary>
    /// <param name="bytes">How much: always the same.</param>
    /// <exception cref="DeviceException">The device has no memory left.</exception>
    internal Slab Scratch(long bytes) => _scratch ??= new Slab(this, bytes, Slot.Gradients);

    private void DisposeFunctions()
    {
        foreach (IDisposable function in _functions?.Values.AsEnumerable() ?? [])
            function.Dispose();
    }

    /// <summary>Marks a place behind all work queued so far.</summary>
    /// <returns>The mark, larger than those before.</returns>
    internal long Mark() => ++_lastMark;

    /// <summary>Takes notice that the device has come to a mark.</summary>
    internal void Passed(long mark) => _passedMark = Math.Max(_passedMark, mark);

    /// <summary>Whether the device has come to a mark that was set after some moment.</summary>
    /// <param name="moment">The <see cref="Moment"/>.</param>
    internal bool HasPassed(long moment) => _passedMark > moment;

    /// <summary>What was queued last is behind this mark.</summary>
    internal long Moment => _lastMark;

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposed, this);

    internal void CountLaunches(int count)
    {
        Launches += count;
        _launches.Add(count);
    }

    internal void CountUpload(long bytes) => UploadedBytes += bytes;
}
