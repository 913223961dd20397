using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace Optimi.Tests;

/// <summary>Which context is current when, and what becomes of contexts, on a driver that is none.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CudaContextTests : IDisposable
{
    private static readonly DeviceOptions _shared = new() { SharePrimaryContext = true };

    private readonly FakeCudaDriver _driver = new();
    private readonly Context _ilgpu = Context.Create(builder => builder.DefaultCPU());
    private Accelerator? _accelerator;
    private nint _own;

    /// <summary>After a disposal ILGPU takes no accelerator to be current on the thread.</summary>
    public CudaContextTests() => _ilgpu.CreateCPUAccelerator(0).Dispose();

    public void Dispose() => _ilgpu.Dispose();

    [Test]
    public void The_primary_context_stands_in_the_accelerator_until_it_is_disposed_of()
    {
        OpenedAccelerator opened = Open(_shared);
        Assert.That(opened.Accelerator.NativePtr, Is.EqualTo(_driver.Primary));
        nint atDisposal = 0;
        opened.Accelerator.Disposed += (_, _) =>
        {
            atDisposal = opened.Accelerator.NativePtr;
            _driver.Note("dispose");
        };
        opened.Close();
        opened.Close();
        Assert.That(atDisposal, Is.EqualTo(_own));
        Assert.That(_driver.Calls, Is.EqualTo((string[])["open", "retain 3", "dispose", "release 3"]));
    }

    [Test]
    public void An_accelerator_that_its_user_disposes_of_does_not_take_the_primary_context_along()
    {
        OpenedAccelerator opened = Open(_shared);
        nint atDisposal = 0;
        opened.Accelerator.Disposed += (_, _) => atDisposal = opened.Accelerator.NativePtr;
        opened.Accelerator.Dispose();
        Assert.That((atDisposal, _driver.Retained), Is.EqualTo((_own, 1)));
        opened.Close();
        Assert.That(_driver.Retained, Is.Zero);
    }

    [Test]
    public void Without_sharing_the_primary_context_is_left_alone()
    {
        OpenedAccelerator opened = Open(new DeviceOptions());
        Assert.That(opened.Accelerator.NativePtr, Is.EqualTo(_own));
        opened.Close();
        Assert.That(opened.Accelerator.IsDisposed);
        Assert.That(_driver.Calls, Is.EqualTo((string[])["open"]));
    }

    [TestCase(0)]
    [TestCase(0x55)]
    public void A_stream_of_the_primary_context_is_queued_on(int stream)
    {
        OpenedAccelerator opened = Open(_shared with { Stream = stream });
        Assert.That(opened.Stream!.Accelerator, Is.SameAs(opened.Accelerator));
        opened.Close();
        Assert.That(_driver.Calls, Is.EqualTo((string[])["open", "retain 3", $"wrap {stream}", "release 3"]));
    }

    [Test]
    public void A_stream_of_another_context_is_refused_and_nothing_stays_open()
    {
        _driver.StreamContext = FakeCudaDriver.Foreign;
        Assert.That(
            () => Open(_shared with { Stream = 0x55 }),
            Throws.TypeOf<DeviceException>().With.Message.Contains("Stream = 0x55").And.Message.Contains("another CUDA context"));
        Assert.That((_accelerator!.IsDisposed, _driver.Retained), Is.EqualTo((true, 0)));
    }

    [TestCase(nameof(FakeCudaDriver.RetainPrimary), 0)]
    [TestCase(nameof(FakeCudaDriver.ContextOf), 1)]
    public void Nothing_stays_open_where_opening_fails_half_way(string failing, int retained)
    {
        _driver.Failing = failing;
        _driver.Push(FakeCudaDriver.Foreign);
        Assert.That(
            () => Open(_shared with { Stream = 0x55 }),
            Throws.TypeOf<DeviceException>().With.Message.Contains($"{failing} failed with CUDA_ERROR_OUT_OF_MEMORY (2)"));
        Assert.That((_accelerator!.IsDisposed, _driver.Retained), Is.EqualTo((true, 0)));
        Assert.That(_driver.Calls.Count(call => call == "release 3"), Is.EqualTo(retained));
        Assert.That(_driver.Stack, Is.EqualTo((nint[])[FakeCudaDriver.Foreign]));
    }

    [Test]
    public void Opening_and_closing_leave_the_thread_as_it_was([Values] bool isShared)
    {
        nint[] before = [FakeCudaDriver.Foreign, FakeCudaDriver.Foreign + 1];
        _driver.Push(before[1]);
        _driver.Push(before[0]);
        using Accelerator other = _ilgpu.CreateCPUAccelerator(0);
        other.Bind();
        OpenedAccelerator opened = Open(new DeviceOptions { SharePrimaryContext = isShared });
        Assert.That(_driver.Stack, Is.EqualTo(before));
        Assert.That(Accelerator.Current, Is.SameAs(other));
        opened.Close();
        Assert.That(_driver.Stack, Is.EqualTo(before));
        Assert.That(Accelerator.Current, Is.SameAs(other));
    }

    [Test]
    public void Work_is_done_in_the_devices_context_whatever_another_library_has_made_current()
    {
        OpenedAccelerator opened = Open(_shared);
        using Accelerator other = _ilgpu.CreateCPUAccelerator(0);
        other.Bind();
        _driver.Push(FakeCudaDriver.Foreign);
        using (opened.Cuda!.Enter())
        {
            Assert.That((_driver.Current, Accelerator.Current), Is.EqualTo((_driver.Primary, opened.Accelerator)));
            int pushes = _driver.Pushes;
            using (opened.Cuda.Enter())
                Assert.That(_driver.Pushes, Is.EqualTo(pushes));
            Assert.That((_driver.Current, Accelerator.Current), Is.EqualTo((_driver.Primary, opened.Accelerator)));
        }

        Assert.That(_driver.Stack, Is.EqualTo((nint[])[FakeCudaDriver.Foreign]));
        Assert.That(Accelerator.Current, Is.SameAs(other));
        opened.Close();
    }

    [Test]
    public void What_ILGPU_wrongly_believes_to_be_current_is_looked_at_again()
    {
        OpenedAccelerator opened = Open(_shared);
        opened.Accelerator.Bind();
        _driver.Push(FakeCudaDriver.Foreign);
        using (opened.Cuda!.Enter())
            Assert.That(_driver.Current, Is.EqualTo(_driver.Primary));
        Assert.That((_driver.Current, Accelerator.Current), Is.EqualTo((FakeCudaDriver.Foreign, (Accelerator?)null)));

        opened.Accelerator.Bind();
        opened.Cuda.Refresh();
        Assert.That(Accelerator.Current, Is.Null);
        _driver.Current = _driver.Primary;
        opened.Accelerator.Bind();
        opened.Cuda.Refresh();
        Assert.That(Accelerator.Current, Is.SameAs(opened.Accelerator));
        opened.Close();
    }

    [Test]
    public void A_closed_accelerator_makes_nothing_current()
    {
        OpenedAccelerator opened = Open(_shared);
        opened.Close();
        int pushes = _driver.Pushes;
        using (opened.Cuda!.Enter())
            Assert.That((_driver.Pushes, _driver.Current), Is.EqualTo((pushes, (nint)0)));
        opened.Cuda.Refresh();
        Assert.That(Accelerator.Current, Is.Null);
    }

    [Test]
    public void Memory_is_freed_once_in_its_context_by_whoever_comes_first()
    {
        OpenedAccelerator opened = Open(_shared);
        _driver.Push(FakeCudaDriver.Foreign);
        CudaAllocation freed = opened.Cuda!.Allocate(100);
        CudaAllocation forgotten = opened.Cuda.Allocate(100);
        freed.Dispose();
        freed.Dispose();
        opened.Close();
        forgotten.Dispose();
        Assert.That(
            _driver.Calls,
            Is.EqualTo((string[])["open", "retain 3", "allocate 9000", "allocate 9000", "free 9000", "free 9000", "release 3"]));
        Assert.That(_driver.Stack, Is.EqualTo((nint[])[FakeCudaDriver.Foreign]));
    }

    [Test]
    public void The_collector_frees_memory_and_leaves_its_thread_as_it_was()
    {
        OpenedAccelerator opened = Open(_shared);
        Drop();
        for (int i = 0; i < 100 && !_driver.Calls.Contains("free 9000"); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.That(_driver.Calls, Does.Contain("free 9000"));
        Assert.That(_driver.Depths, Is.All.Zero);
        opened.Close();

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Drop() => opened.Cuda!.Allocate(100);
    }

    [Test]
    public void A_refusal_names_the_function_and_the_code() => Assert.That(
        () => CudaDriver.Check(201, "cuCtxPushCurrent"),
        Throws.TypeOf<DeviceException>().With.Message.Contains("cuCtxPushCurrent").And.Message.Contains("CUDA_ERROR_INVALID_CONTEXT (201)"));

    private OpenedAccelerator Open(DeviceOptions options) => OpenedAccelerator.OfCuda(_driver, Create, device: 3, options);

    /// <summary>As ILGPU opens an accelerator of CUDA, whose context lies on the stack then, and disposes of it: the context is destroyed,
    /// and what is current after that is unbound.</summary>
    private Accelerator Create()
    {
        _driver.Note("open");
        _accelerator = _ilgpu.CreateCPUAccelerator(0);
        _own = _accelerator.NativePtr;
        _driver.Push(_own);
        _accelerator.Bind();
        _accelerator.Disposed += (_, _) =>
        {
            if (_driver.Current == _own)
                _driver.Pop();
            _driver.Current = 0;
        };
        return _accelerator;
    }
}
