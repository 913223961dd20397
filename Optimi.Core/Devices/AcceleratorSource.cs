using System.Runtime.CompilerServices;
using System.Runtime.ConstrainedExecution;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace Optimi;

/// <summary>
/// Where a device's ILGPU accelerator comes from: it is there already, or, on the host, which steps without ILGPU, it is made when
/// somebody first asks for it. It is closed when the device is disposed of, or when nobody refers to it any more.
/// </summary>
internal sealed class AcceleratorSource : CriticalFinalizerObject, IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<HostAllocation> _held = [];
    private readonly Func<Context>? _createContext;
    private readonly AcceleratorStream? _stream;
    private readonly CudaContext? _cuda;
    private readonly bool _isOwned;
    private Context? _context;
    private Accelerator? _accelerator;
    private bool _isDisposed;

    private AcceleratorSource(
        Func<Context>? createContext,
        Context? context,
        Accelerator? accelerator,
        AcceleratorStream? stream = null,
        CudaContext? cuda = null)
    {
        _createContext = createContext;
        _context = context;
        _accelerator = accelerator;
        _stream = stream;
        _cuda = cuda;
        _isOwned = createContext is not null || context is not null;
    }

    /// <summary>Whether the accelerator is there.</summary>
    public bool IsOpen => Volatile.Read(ref _accelerator) is not null;

    /// <summary>Whether the accelerator is closed, by us or by whoever lent it.</summary>
    public bool IsClosed => _isDisposed || Volatile.Read(ref _accelerator) is { IsDisposed: true };

    /// <summary>The accelerator, which is made now if need be.</summary>
    /// <exception cref="DeviceException">The program does not allow code to be generated, which ILGPU does.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed before anybody asked.</exception>
    public Accelerator Accelerator => Volatile.Read(ref _accelerator) ?? Open();

    /// <summary>The stream that work is queued on, within <see cref="Enter"/>.</summary>
    public AcceleratorStream Stream
    {
        get
        {
            Using?.Invoke();
            return _stream ?? Accelerator.DefaultStream;
        }
    }

    /// <summary>Called before each use of the stream. Tests look here whether the right context is current.</summary>
    public Action? Using { get; set; }

    /// <summary>An accelerator of somebody else.</summary>
    public static AcceleratorSource Adopted(Accelerator accelerator, AcceleratorStream? stream) =>
        new(null, null, accelerator, stream, CudaContext.Of(accelerator));

    /// <summary>An accelerator that was opened for the device.</summary>
    public static AcceleratorSource Owned(Context context, OpenedAccelerator opened) =>
        new(null, context, opened.Accelerator, opened.Stream, opened.Cuda);

    /// <summary>The first CPU accelerator of a context that is made when it is asked for.</summary>
    public static AcceleratorSource OfHost(Func<Context> createContext) => new(createContext, null, null);

    /// <summary>
    /// Closes an accelerator that nobody closed. ILGPU's threads refer to their accelerator, so without this neither would ever be
    /// collected. It is a critical finalizer, which comes after those of buffers: a closed accelerator does not free them any more.
    /// </summary>
    ~AcceleratorSource()
    {
        if (!_isOwned)
            return;
        try
        {
            Close();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A driver that cannot close is no reason to end the process, as an exception here would.
        }
    }

    /// <summary>
    /// Makes the device's CUDA context current on this thread until what is returned is disposed of. All work that Optimi does on a
    /// device lies within; within another such scope it costs one look at the driver. Elsewhere than on CUDA nothing happens.
    /// </summary>
    /// <exception cref="DeviceException">CUDA's driver refuses.</exception>
    public ContextScope Enter() => _cuda is null ? default : _cuda.Enter();

    /// <summary>Allocates memory of a device other than the host, which may hold anything.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="length">How many elements: at least 1.</param>
    /// <exception cref="AcceleratorException">There is not enough.</exception>
    public MemoryBuffer Allocate<T>(long length)
        where T : unmanaged => Accelerator is CudaAccelerator cuda
        ? new CudaBuffer(cuda, _cuda!.Allocate(length * Unsafe.SizeOf<T>()), length, Unsafe.SizeOf<T>())
        : Accelerator.AllocateRaw(length, Unsafe.SizeOf<T>());

    /// <summary>Makes ILGPU look at CUDA's current context again, before the caller uses it without <see cref="Enter"/>.</summary>
    /// <exception cref="DeviceException">CUDA's driver refuses.</exception>
    public void Refresh() => _cuda?.Refresh();

    /// <summary>Keeps memory from being freed until the stream was waited for: a queued copy reads it.</summary>
    public void Hold(HostAllocation memory)
    {
        bool isHeld = false;
        memory.DangerousAddRef(ref isHeld);
        _held.Add(memory);
    }

    /// <summary>Lets go of what queued copies have read, after the stream was waited for.</summary>
    public void Release()
    {
        foreach (HostAllocation memory in _held)
            memory.DangerousRelease();
        _held.Clear();
    }

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Checks that ILGPU can work in this program.</summary>
    /// <param name="device">What is to be opened.</param>
    /// <exception cref="DeviceException">It cannot.</exception>
    public static void CheckDynamicCode(string device)
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
            return;
        throw new DeviceException(
            $"{device} needs ILGPU, which generates code at run time, and this program does not allow that: it is made for native"
            + " AOT, as file-based programs are by default. Add '#:property PublishAot=false' to such a program, or remove PublishAot"
            + " from its project, or use the device 'cpu' or 'cpu-simulated', which need no ILGPU.");
    }

    private void Close()
    {
        lock (_gate)
        {
            try
            {
                if (!IsClosed)
                    AwaitWork();
                Release();
            }
            finally
            {
                _isDisposed = true;
                if (_isOwned)
                    CloseOwn();
            }
        }
    }

    private void AwaitWork()
    {
        using ContextScope current = Enter();
        if (_isOwned && _cuda is { IsShared: true })
            // The context lives on, and work in it with memory that is about to be freed. Another library's stream may be gone.
            _accelerator!.Synchronize();
        else if (_held.Count > 0)
            Stream.Synchronize();
    }

    private void CloseOwn()
    {
        if (_cuda is not null)
            _cuda.Close();
        else
            _accelerator?.Dispose();
        if (_context is not null)
            BoundAccelerator.Dispose(_context);
        _context = null;
    }

    private Accelerator Open()
    {
        lock (_gate)
        {
            if (_accelerator is not null)
                return _accelerator;
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ComputeDevice));
            CheckDynamicCode("An accelerator of the host");
            _context = _createContext!();
            Accelerator opened = _context.CreateCPUAccelerator(0, CPUAcceleratorMode.Parallel);
            Volatile.Write(ref _accelerator, opened);
            return opened;
        }
    }
}
