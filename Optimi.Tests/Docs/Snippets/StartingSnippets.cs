using Optimi;

namespace Snippets;

/// <summary>The code of the page on starting up.</summary>
[NonParallelizable]
internal sealed class StartingSnippets
{
    [Test]
    public async Task Compile_ahead()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Parameter parameter = parameters.Add("p", DType.Float32, 1);
        using var optimizer = new Ranger(parameters, lr: 1);

        Task ready = optimizer.PrepareAsync();
        LoadData();
        await ready;
        optimizer.Step();

        Assert.That(optimizer.StepCount(parameter), Is.EqualTo(1));

        void LoadData() => parameter.Gradient.Fill(1);
    }

    [Test]
    public void Switch_the_cache_off()
    {
        KernelCache.Directory = null;

        Assert.That(KernelCache.Clear, Throws.Nothing);
    }
}
