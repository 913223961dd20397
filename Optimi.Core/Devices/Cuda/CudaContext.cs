using System.Runtime.CompilerServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Optimi;

/// <summary>
/// The CUDA context of an accelerator: ILGPU's own, or the device's primary one in its place. It is current while Optimi works, and only
/// then, so that another library finds on its thread what it has left there.
/// </summary>
/// <remarks>
/// ILGPU notes for each thread which accelerator it has made current, and believes its note when another library has since made
/// another context current. So Optimi asks the driver, and puts the note right on entering and on leaving.
/// </remarks>
internal sealed class CudaContext
{
    private readonly ICudaDriver _driver;
    private readonly Accelerator _accelerator;
    private readonly Lock _gate = new();
    private readonly HashSet<nint> _allocated = [];
    private nint _own;
    private int _device;
    private bool _isClosed;

    public CudaContext(ICudaDriver driver, Accelerator accelerator)
    {
        _driver = driver;
        _accelerator = accelerator;
    }

    /// <summary>Whether the primary context is in the place of ILGPU's own.</summary>
    public bool IsShared => _own != 0;

    /// <summary>The context of an accelerator that somebody else has opened; null if it is none of CUDA.</summary>
    public static CudaContext? Of(Accelerator accelerator) =>
        accelerator is CudaAccelerator ? new CudaContext(CudaDriver.Instance, accelerator) : null;

    /// <summary>Opens an accelerator, and leaves nothing of it on the thread.</summary>
    /// <param name="driver">CUDA's driver.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="accelerator">The accelerator.</param>
    public static CudaContext Open(ICudaDriver driver, Func<Accelerator> open, out Accelerator accelerator)
    {
        nint before = driver.Current;
        Accelerator? bound = BoundAccelerator.Current;
        // Binding the new one, ILGPU would unbind this, which takes a context off the stack, whosoever it is.
        BoundAccelerator.Current = null;
        try
        {
            accelerator = open();
            return new CudaContext(driver, accelerator);
        }
        finally
        {
            Restore(driver, null, before, bound);
        }
    }

    /// <summary>Puts the primary context in the place of ILGPU's own, which stays beside it unused: ILGPU's disposal needs it.</summary>
    /// <param name="device">The driver's handle of the device.</param>
    /// <exception cref="DeviceException">The driver refuses; nothing has changed.</exception>
    public void Share(int device)
    {
        nint primary = _driver.RetainPrimary(device);
        _device = device;
        _own = _accelerator.NativePtr;
        SetNativePtr(_accelerator, primary);
        // ILGPU destroys what it finds there, whoever disposes of the accelerator.
        _accelerator.Disposed += (_, _) => SetNativePtr(_accelerator, _own);
    }

    /// <summary>Shows a stream of another library's to ILGPU.</summary>
    /// <param name="stream">A <c>CUstream</c>.</param>
    /// <exception cref="DeviceException">It is no stream of this context.</exception>
    public AcceleratorStream Wrap(nint stream)
    {
        using ContextScope current = Enter();
        nint owner;
        try
        {
            owner = _driver.ContextOf(stream);
        }
        catch (DeviceException error)
        {
            throw new DeviceException(
                $"{DeviceOptions.Describe(stream)} is no stream of CUDA's: {error.Message} Pass a CUstream that exists, or null for the"
                + " null stream.",
                error);
        }

        if (owner != _accelerator.NativePtr)
        {
            throw new DeviceException(
                $"{DeviceOptions.Describe(stream)} belongs to another CUDA context than this device's primary one, so that nothing would"
                + " be ordered by it; pass a stream that CUDA's runtime, or a library on it, has made on this device, or null for"
                + " the null stream.");
        }

        return _driver.Wrap(_accelerator, stream);
    }

    /// <summary>Makes the context current until what is returned is disposed of. Nothing happens once the accelerator is closed.</summary>
    /// <exception cref="DeviceException">The driver refuses.</exception>
    public ContextScope Enter()
    {
        nint context = _accelerator.NativePtr;
        if (context == 0)
            return default;
        nint before = _driver.Current;
        if (before != context)
            _driver.Push(context);
        Accelerator? bound = BoundAccelerator.Current;
        if (bound != _accelerator)
            BoundAccelerator.Current = _accelerator;
        return new ContextScope(this, before, bound);
    }

    /// <summary>Allocates memory in the context.</summary>
    /// <param name="bytes">How much.</param>
    /// <exception cref="AcceleratorException">There is not enough.</exception>
    public CudaAllocation Allocate(long bytes)
    {
        using ContextScope current = Enter();
        nint address = _driver.Allocate(bytes);
        lock (_gate)
            _allocated.Add(address);
        return new CudaAllocation(this, address);
    }

    /// <summary>Frees memory, unless it was freed or has ended with the accelerator.</summary>
    public void Free(nint address)
    {
        lock (_gate)
        {
            if (!_allocated.Remove(address) || _accelerator.NativePtr == 0)
                return;
            using ContextScope current = Enter();
            _driver.Free(address);
        }
    }

    /// <summary>Lets ILGPU look again, where it believes its context current and it is not. What the caller then does with ILGPU has
    /// the right context.</summary>
    public void Refresh()
    {
        if (BoundAccelerator.Current == _accelerator && !_accelerator.IsDisposed && _driver.Current != _accelerator.NativePtr)
            BoundAccelerator.Current = null;
    }

    /// <summary>Ends a scope.</summary>
    internal void Restore(nint before, Accelerator? bound) => Restore(_driver, _accelerator, before, bound);

    /// <summary>Disposes of the accelerator and its own context, and lets go of the primary one. A second call does nothing.</summary>
    public void Close()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        nint context = _accelerator.NativePtr;
        nint before = _driver.Current;
        Accelerator? bound = BoundAccelerator.Current;
        bool endsCurrent = !IsShared && before == context;
        try
        {
            if (!_accelerator.IsDisposed)
            {
                // ILGPU takes off the thread's stack the context that it destroys, if it is current, and then one more.
                if (!IsShared && before != 0 && before != context)
                    _driver.Push(before);
                _driver.Push(context);
                BoundAccelerator.Current = _accelerator;
                FreeAll();
                _accelerator.Dispose();
            }
        }
        finally
        {
            try
            {
                Restore(endsCurrent ? 0 : before, bound == _accelerator ? null : bound);
            }
            finally
            {
                if (IsShared)
                    _driver.ReleasePrimary(_device);
            }
        }
    }

    /// <summary>Frees what the garbage collector has found, but not freed yet: a primary context does not end with the device.</summary>
    private void FreeAll()
    {
        lock (_gate)
        {
            foreach (nint address in _allocated)
                _driver.Free(address);
            _allocated.Clear();
        }
    }

    private static void Restore(ICudaDriver driver, Accelerator? own, nint before, Accelerator? bound)
    {
        nint now = driver.Current;
        if (now != before)
        {
            if (now != 0)
                driver.Pop();
            if (driver.Current != before)
                driver.Current = before;
        }

        bool isOfCuda = bound is not null && (bound == own || bound is CudaAccelerator);
        BoundAccelerator.Current = isOfCuda && bound!.NativePtr != before ? null : bound;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_NativePtr")]
    private static extern void SetNativePtr(Accelerator accelerator, nint context);
}
