namespace Optimi;

/// <summary>A kernel on its way.</summary>
internal interface IPendingKernel
{
    /// <summary>Whether the compiler was asked for the kernel.</summary>
    bool IsStarted { get; }

    /// <summary>Whether the kernel can be queued without waiting for the compiler.</summary>
    bool IsReady { get; }

    /// <summary>Why the kernel does not compile; null if that is not known, or it does.</summary>
    Exception? Error { get; }

    /// <summary>Begins to compile the kernel, unless that was done before without an error.</summary>
    /// <returns>Complete when the kernel is ready.</returns>
    Task Start();

    /// <summary>Waits until the kernel is ready; starts it if need be.</summary>
    /// <exception cref="DeviceException">It does not compile.</exception>
    void Wait();

    /// <summary>Waits for the compiler, if it is at work on the kernel.</summary>
    void AwaitCompiler();
}
