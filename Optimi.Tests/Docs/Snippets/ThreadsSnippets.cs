using Optimi;

namespace Snippets;

/// <summary>The code of the page on threads.</summary>
internal sealed class ThreadsSnippets
{
    [Test]
    public void Models_on_one_device()
    {
        using ComputeDevice device = ComputeDevice.Open("cpu");
        using var parameters = new ParameterBuffer(device);
        Model[] models = [.. Enumerable.Range(0, 4).Select(i => new Model(parameters.Add($"{i}", DType.Float32, 3)))];

        Parallel.ForEach(models, model =>
        {
            for (int step = 0; step < 300; step++)
            {
                model.WriteGradients(step);
                model.Optimizer.Step();
            }
        });

        Assert.That(models.Select(model => model.Optimizer.StepCount(model.Parameter)), Is.All.EqualTo(300));
        foreach (Model model in models)
            model.Optimizer.Dispose();
    }

    private sealed class Model(Parameter parameter)
    {
        public Parameter Parameter { get; } = parameter;

        public Optimizer Optimizer { get; } = new SGD([parameter], lr: 1e-3);

        public void WriteGradients(int step) => Parameter.Gradient.Fill(step);
    }
}
